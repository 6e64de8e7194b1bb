namespace Raft.Testing;

/// <summary>
/// A node reports states that differ only if they do: nodes that have applied the same entries with a deterministic state machine never
/// differ, whatever was lost, repeated, restarted or restored.
/// </summary>
internal sealed class NoFalseAlarm : ClusterRule
{
    public override string Name => "No alarm without a difference";

    public override string? OnQuiet(SimulatedNode node) =>
        !node.MayDiverge && node.Current?.PublishedStatus.Divergence is { } divergence
            ? $"{node.Id} reports that states differ, and its state machine is deterministic: {divergence}."
            : null;
}
