using System.Globalization;

namespace Raft.Benchmarks.Disk;

/// <summary>How long things take.</summary>
/// <param name="Repetitions">How often each case is measured.</param>
/// <param name="WarmUp">How long it runs before each measurement.</param>
/// <param name="Duration">How long a measurement takes.</param>
internal sealed record DiskPace(int Repetitions, TimeSpan WarmUp, TimeSpan Duration)
{
    private const int DefaultSeconds = 2;

    /// <summary>The pace that the command line asks for.</summary>
    public static DiskPace Of(Arguments arguments) => arguments.IsQuick
        ? new DiskPace(1, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(arguments.Seconds ?? 0.5))
        : new DiskPace(3, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(arguments.Seconds ?? DefaultSeconds));

    /// <summary>Describes it, for the report.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Medians of {Repetitions} repetitions of {Duration.TotalSeconds} s, each after {WarmUp.TotalMilliseconds} ms of warm-up");
}
