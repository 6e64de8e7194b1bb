using System.Runtime.CompilerServices;

namespace Raft.Transport.Tcp;

/// <summary>Checks the values of options.</summary>
internal static class Ranges
{
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public static T Check<T>(T value, T lowest, T highest, [CallerMemberName] string? option = null)
        where T : IComparable<T> =>
        value.CompareTo(lowest) >= 0 && value.CompareTo(highest) <= 0
            ? value
            : throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}: set it to a value from {lowest} to {highest}.");
}
