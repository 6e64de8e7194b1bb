using Raft.Consensus;

namespace Raft;

/// <summary>
/// What is wrong with a node, as its worker publishes it: one object as long as nothing changes, since it rarely does and the status is
/// compared after each pass.
/// </summary>
internal sealed record NodeConditions
{
    /// <summary>Nothing is wrong.</summary>
    public static NodeConditions None { get; } = new();

    /// <summary>What the state machine has been doing for too long.</summary>
    public HangingWork? StateMachine { get; init; }

    /// <summary>The writes to the log that do not finish.</summary>
    public HangingWork? LogWrites { get; init; }

    /// <summary>Other work on the disk that does not finish.</summary>
    public HangingWork? Storage { get; init; }

    /// <summary>The digest of a capture that is not finished.</summary>
    public HangingWork? Digest { get; init; }

    /// <summary>The store that does not open, or the transport that does not start.</summary>
    public HangingWork? Start { get; init; }

    /// <summary>Whether the node starts no election, because it gave up a leadership.</summary>
    public bool IsCandidacyWithheld { get; init; }

    /// <summary>The leader that others follow and from which this node receives no messages.</summary>
    public UnheardLeader? UnheardLeader { get; init; }

    /// <summary>Whether the node makes no progress towards what its leader has committed.</summary>
    public bool IsStalled { get; init; }

    /// <summary>What the state machine was doing when the node ended without it.</summary>
    public string? AbandonedWork { get; init; }

    /// <summary>All that hangs.</summary>
    public IReadOnlyList<HangingWork> Hangs =>
        StateMachine is null && LogWrites is null && Storage is null && Digest is null && Start is null
            ? HangList.Empty
            : new HangList([.. new[] { StateMachine, LogWrites, Storage, Digest, Start }.OfType<HangingWork>()]);
}
