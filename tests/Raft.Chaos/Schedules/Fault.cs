using System.Globalization;

namespace Raft.Chaos;

/// <summary>A fault of a schedule. Which node it strikes is known only when it begins; everything else follows from the seed.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Target">Which node it strikes, where it strikes one.</param>
/// <param name="Choice">Selects one of several possibilities: the follower, the other nodes of a minority, the half of a bridge.</param>
/// <param name="Breaks">Whether what is cut breaks connections; otherwise bytes wait until the end. Of a
/// disk: whether the process is killed while the disk hangs, or must first refuse to start without its data.</param>
/// <param name="Amount">Milliseconds of a delay, or KiB per second of a throttle.</param>
internal sealed record Fault(FaultKind Kind, FaultTarget Target, int Choice, bool Breaks, int Amount)
{
    public override string ToString()
    {
        string whom = Kind switch
        {
            FaultKind.HungDisks when Target == FaultTarget.Leader => " of all followers",
            FaultKind.HungDisks => string.Create(CultureInfo.InvariantCulture, $" of all but follower {Choice}"),
            FaultKind.KillAll or FaultKind.RollingRestart or FaultKind.Delay or FaultKind.Bridge => "",
            _ => Target == FaultTarget.Leader ? " of the leader" : string.Create(CultureInfo.InvariantCulture, $" of follower {Choice}"),
        };
        string how = Kind switch
        {
            FaultKind.Delay => string.Create(CultureInfo.InvariantCulture, $", {Amount} ms"),
            FaultKind.Throttle => string.Create(CultureInfo.InvariantCulture, $", {Amount} KiB/s"),
            FaultKind.Isolate or FaultKind.Minority or FaultKind.Mute or FaultKind.Deaf or FaultKind.Bridge or FaultKind.Flapping =>
                Breaks ? ", breaks connections" : ", bytes wait",
            FaultKind.HungDisk => Breaks ? ", killed" : "",
            FaultKind.LostVolume => Breaks ? ", refused first" : "",
            _ => "",
        };
        return $"{Kind}{whom}{how}";
    }
}

/// <summary>Faults that begin and end together.</summary>
/// <param name="Number">The number of the step, from 1 up.</param>
/// <param name="Pause">How long nothing happens before.</param>
/// <param name="Duration">How long the faults last.</param>
/// <param name="Faults">One or two faults.</param>
internal sealed record ScheduleStep(int Number, TimeSpan Pause, TimeSpan Duration, IReadOnlyList<Fault> Faults)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Number}: after {Pause.TotalMilliseconds:0} ms, for {Duration.TotalMilliseconds:0} ms: {string.Join(" + ", Faults)}");
}
