using System.Globalization;

namespace Raft.Benchmarks.Server;

/// <summary>How long things take.</summary>
/// <param name="WarmUp">How long each case runs before it is measured.</param>
/// <param name="Duration">How long it is measured.</param>
internal sealed record ServerPace(TimeSpan WarmUp, TimeSpan Duration)
{
    private const int DefaultSeconds = 4;

    /// <summary>How long the requests of each server run before the first case, so that its code is compiled.</summary>
    public static TimeSpan FirstWarmUp => TimeSpan.FromSeconds(3);

    /// <summary>The pace that the command line asks for.</summary>
    public static ServerPace Of(Arguments arguments)
    {
        int seconds = arguments.Seconds ?? (arguments.IsQuick ? 1 : DefaultSeconds);
        return new ServerPace(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Describes it, for the report.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Each case once, for {Duration.TotalSeconds:0} s after {WarmUp.TotalSeconds:0} s of warm-up; the servers take turns");
}
