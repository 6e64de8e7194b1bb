namespace Raft.Testing;

/// <summary>
/// Dissertation, section 3.10: a leader hands over only when every caller is answered, so a transfer that succeeds leaves no outcome
/// unknown. One that a leader makes because something hangs does.
/// </summary>
internal sealed class TransfersLoseNothing : ClusterRule
{
    public override string Name => "Transfers lose nothing";

    public override string? OnQuiet(SimulatedNode node) => node.LostByTransfer is { } lost
        ? $"{node.Id} has handed over its leadership, and the outcome of '{lost}' is unknown."
        : null;
}
