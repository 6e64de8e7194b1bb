namespace Raft.Testing;

/// <summary>How a proposal ended for its caller.</summary>
public enum ProposalFate
{
    /// <summary>Not yet.</summary>
    Pending,

    /// <summary>It is committed and applied.</summary>
    Committed,

    /// <summary>It surely never entered the log.</summary>
    Refused,

    /// <summary>It may be in the log or not; also if the node crashed before it answered.</summary>
    Unknown,

    /// <summary>It is committed, and the state machine has refused it.</summary>
    Rejected,
}
