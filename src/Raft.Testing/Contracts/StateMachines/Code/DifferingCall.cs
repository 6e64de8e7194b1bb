using System.Reflection;

namespace Raft.Testing;

/// <summary>A call of something that differs between nodes.</summary>
/// <param name="Path">The methods from the entry of the machine to the caller.</param>
/// <param name="Called">What is called.</param>
/// <param name="Reason">Why it must not be, and what to do.</param>
internal sealed record DifferingCall(IReadOnlyList<MethodBase> Path, MethodBase Called, string Reason)
{
    public string CalledName => DifferingCalls.NameOf(Called);

    public string Caller => DifferingCalls.NameOf(Path[^1]);

    public override string ToString()
    {
        string[] names = [.. Path.Select(DifferingCalls.NameOf).Distinct(StringComparer.Ordinal)];
        string through = names.Length == 1 ? "" : $" The way there: {string.Join(", then ", names)}.";
        return $"{Caller} calls {CalledName}. {Reason}{through}";
    }
}
