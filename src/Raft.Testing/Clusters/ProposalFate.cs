namespace Raft.Testing;

/// <summary>The outcome of a proposal for its caller.</summary>
public enum ProposalFate
{
    /// <summary>The proposal has no outcome yet.</summary>
    Pending,

    /// <summary>The proposal is committed and applied.</summary>
    Committed,

    /// <summary>The proposal was refused: it never entered the log.</summary>
    Refused,

    /// <summary>The outcome is unknown: the proposal may be in the log. Also if the node crashed before it answered.</summary>
    Unknown,

    /// <summary>The proposal is committed, but the state machine rejected it.</summary>
    Rejected,
}
