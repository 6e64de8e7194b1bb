using System.Globalization;

namespace Raft.Benchmarks.Disk;

/// <summary>How long things take. Repetitions are many and short, because other users of a disk slow it down for seconds.</summary>
/// <param name="Repetitions">How often each case is measured.</param>
/// <param name="WarmUp">How long it runs before each repetition.</param>
/// <param name="Duration">How long a repetition takes.</param>
internal sealed record DiskPace(int Repetitions, TimeSpan WarmUp, TimeSpan Duration)
{
    private const int DefaultSeconds = 5;
    private const int FullRepetitions = 9;
    private const int QuickRepetitions = 3;

    /// <summary>The pace that the command line asks for.</summary>
    public static DiskPace Of(Arguments arguments)
    {
        TimeSpan total = TimeSpan.FromSeconds(arguments.Seconds ?? (arguments.IsQuick ? 1 : DefaultSeconds));
        int repetitions = arguments.IsQuick ? QuickRepetitions : FullRepetitions;
        return new DiskPace(repetitions, TimeSpan.FromMilliseconds(100), total / repetitions);
    }

    /// <summary>Describes it, for the report.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Medians of {Repetitions} repetitions of {Duration.TotalSeconds:0.0} s, each after {WarmUp.TotalMilliseconds} ms of warm-up");
}
