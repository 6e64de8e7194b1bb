namespace Raft;

/// <summary>
/// The role of a node: one of the paper's three states (section 5.1), or one that the dissertation or this library adds.
/// </summary>
public enum RaftRole
{
    /// <summary>
    /// Answers leaders and candidates, and starts an election when it receives nothing from either for an election timeout.
    /// </summary>
    Follower,

    /// <summary>Asks whether it could win an election, without raising its term yet (dissertation, section 9.6).</summary>
    PreCandidate,

    /// <summary>Asks for votes in a new term (section 5.2).</summary>
    Candidate,

    /// <summary>Takes proposals and replicates them; at most one in a term (section 5.2).</summary>
    Leader,

    /// <summary>Receives the log without a vote (dissertation, section 4.2.1).</summary>
    Learner,
}
