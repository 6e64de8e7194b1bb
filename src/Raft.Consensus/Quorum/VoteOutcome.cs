namespace Raft.Consensus;

/// <summary>The state of a vote.</summary>
internal enum VoteOutcome
{
    /// <summary>Neither a quorum of grants nor enough refusals yet.</summary>
    Pending,

    /// <summary>A quorum granted.</summary>
    Won,

    /// <summary>So many voters refused that a quorum can no longer grant.</summary>
    Lost,
}
