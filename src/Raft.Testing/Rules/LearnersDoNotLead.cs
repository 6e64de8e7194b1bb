namespace Raft.Testing;

/// <summary>
/// Dissertation, section 4.2.1: a member without a vote receives the log. It asks for no votes, leads no term, and replicates nothing.
/// </summary>
/// <param name="roles">Who votes.</param>
internal sealed class LearnersDoNotLead(ClusterRoles roles) : ClusterRule
{
    public override string Name => "Learners do not lead";

    public override string? OnSent(SimulatedNode node, RaftMessage message) =>
        message is RequestVoteMessage or AppendEntriesMessage or InstallSnapshotMessage && !roles.IsVoter(node.Id)
            ? $"{node.Id} has no vote, and sends {message.GetType().Name} of term {message.Term}."
            : null;
}
