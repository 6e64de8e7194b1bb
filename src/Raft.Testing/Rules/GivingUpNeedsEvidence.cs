namespace Raft.Testing;

/// <summary>
/// A leader gives up because it hangs only if another voter does better: entries are committed that it does not hold durably, or a voter
/// has reported that it has applied more. Afterwards it starts no election while it hangs, for ten maximum election timeouts of its clock.
/// </summary>
internal sealed class GivingUpNeedsEvidence(HangFacts facts) : ClusterRule
{
    private const int Timeouts = 10;

    private readonly SortedDictionary<NodeId, (RaftNode Life, TimeSpan Since)> _withheld = [];

    public override string Name => "Leadership is given up on evidence";

    public override string? OnSent(SimulatedNode node, RaftMessage message) =>
        message is RequestVoteMessage
        && _withheld.TryGetValue(node.Id, out (RaftNode Life, TimeSpan Since) withheld) && withheld.Life == node.Current
        && withheld.Life.PublishedStatus.Conditions.IsCandidacyWithheld
        && node.Now - withheld.Since < (Timeouts * node.Options.MaximumElectionTimeout) - node.Options.MinimumElectionTimeout
            ? $"{node.Id} asks for votes {(node.Now - withheld.Since).TotalMilliseconds:F0} ms after it gave up its leadership, and still "
                + "hangs."
            : null;

    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        PublishedStatus status = node.Current!.PublishedStatus;
        if (!status.Conditions.IsCandidacyWithheld)
        {
            _withheld.Remove(node.Id);
            return null;
        }

        if (_withheld.TryGetValue(node.Id, out (RaftNode Life, TimeSpan Since) known) && known.Life == node.Current)
        {
            return null;
        }

        _withheld[node.Id] = (node.Current, node.Now);
        HangFacts.Facts seen = facts.Of(node);
        bool othersHoldMore = status.CommitIndex > node.Store.DurableImage.Entries.LastIndex;
        bool othersAppliedMore = seen.LargestReported > now.AppliedIndex;
        return othersHoldMore || othersAppliedMore
            ? null
            : $"{node.Id} gave up its leadership of term {before.Term}, and no other node was known to do better: it has applied "
                + $"{now.AppliedIndex} of {status.CommitIndex} committed entries, and the others have reported {seen.LargestReported}.";
    }
}
