using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// A fault with a start time and a duration. Its effect depends only on these values, so a schedule of faults can be run again,
/// in whole or in part.
/// </summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="At">The time at which it begins.</param>
/// <param name="Duration">How long it lasts.</param>
/// <param name="Node">The number of the affected node, from 0 up.</param>
/// <param name="Other">The number of the other end for a fault of a link; the first node of the other group in a partition.</param>
/// <param name="Intensity">The severity, from 0 to 1. Its meaning depends on the kind.</param>
/// <param name="AtLeader">
/// Whether it affects the node that is the leader when it begins, if there is one, instead of <paramref name="Node"/>.
/// </param>
public sealed record Fault(FaultKind Kind, TimeSpan At, TimeSpan Duration, int Node, int Other, double Intensity, bool AtLeader = false)
{
    /// <summary>Gets the time at which it ends.</summary>
    public TimeSpan End => At + Duration;

    /// <summary>The kind and target of the fault, without its time.</summary>
    internal string Effect =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}{Target} for {Duration.TotalMilliseconds:F0} ms, intensity {Intensity:F2}");

    /// <summary>The target of the fault; empty for the whole network.</summary>
    private string Target => Kind switch
    {
        FaultKind.Loss or FaultKind.Duplication or FaultKind.Reordering or FaultKind.Delay => string.Empty,
        FaultKind.OneWayCut or FaultKind.Clog => string.Create(CultureInfo.InvariantCulture, $" of {Victim} to n{Other + 1}"),
        _ => $" of {Victim}",
    };

    private string Victim => string.Create(CultureInfo.InvariantCulture, $"{(AtLeader ? "the leader, or " : string.Empty)}n{Node + 1}");

    /// <summary>Returns the fault as one readable line.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,9:F3} s  {Effect}");
}
