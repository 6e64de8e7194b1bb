using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// Something that goes wrong at a time and for a while. All that it does follows from what stands here, so a schedule of faults can
/// be run again, or a part of it.
/// </summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="At">When it begins.</param>
/// <param name="Duration">How long it lasts.</param>
/// <param name="Node">The number of the node that it strikes, from 0 up.</param>
/// <param name="Other">The number of the other end, where it strikes a link; the first node of the other group in a partition.</param>
/// <param name="Intensity">How bad it is, from 0 to 1; what that means depends on the kind.</param>
/// <param name="AtLeader">Whether it strikes the node that leads when it begins, if one does, in place of <paramref name="Node"/>.</param>
public sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Duration, int Node, int Other, double Intensity, bool AtLeader = false)
{
    /// <summary>When it ends.</summary>
    public TimeSpan End => At + Duration;

    /// <summary>What it does to whom, without when.</summary>
    internal string Effect =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}{Target} for {Duration.TotalMilliseconds:F0} ms, intensity {Intensity:F2}");

    /// <summary>Whom it strikes; nothing if it strikes the whole network.</summary>
    private string Target => Kind switch
    {
        FaultKind.Loss or FaultKind.Duplication or FaultKind.Reordering or FaultKind.Delay => string.Empty,
        FaultKind.OneWayCut or FaultKind.Clog => string.Create(CultureInfo.InvariantCulture, $" of {Victim} to n{Other + 1}"),
        _ => $" of {Victim}",
    };

    private string Victim => string.Create(CultureInfo.InvariantCulture, $"{(AtLeader ? "the leader, or " : string.Empty)}n{Node + 1}");

    /// <summary>The fault in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,9:F3} s  {Effect}");
}
