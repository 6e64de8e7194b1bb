namespace Raft.Testing;

/// <summary>Who votes in a simulated cluster, from the start of a run to its end.</summary>
public enum MemberRoles
{
    /// <summary>All nodes.</summary>
    AllVote,

    /// <summary>All but the last, which only receives the log (dissertation, section 4.2.1). A single node votes.</summary>
    OneLearner,

    /// <summary>
    /// Two configurations are joint (section 6): a majority of the first nodes and one of the last must agree. They share one node or two.
    /// All vote if there are fewer than three.
    /// </summary>
    Joint,
}
