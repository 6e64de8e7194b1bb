namespace Raft.Testing;

/// <summary>
/// A leader whose state machine or disk hangs does not lead for long once another voter is known to do better: a voter has reported that it
/// has applied all that was committed when the hang could be noticed, or a majority holds durably what was in the leader's log then. It has
/// a minimum election timeout to be sure, a maximum one to hand over, and some more.
/// </summary>
internal sealed class HungLeadersGiveUp(HangFacts facts) : ClusterRule
{
    private readonly SortedDictionary<NodeId, Hang> _hangs = [];

    public override string Name => "A leader that hangs gives up";

    /// <summary>The hang of a leader.</summary>
    private sealed class Hang(RaftNode life, long term, bool isDisk, TimeSpan since, long goal)
    {
        public long Goal { get; } = goal;

        /// <summary>Since when there is evidence.</summary>
        public TimeSpan? ProvenSince { get; set; }

        public bool IsSame(SimulatedNode node, bool disk, TimeSpan begun) =>
            life == node.Current && term == node.Situation.Term && isDisk == disk && since == begun;
    }

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        facts.OnDelivered(node, message);
        return null;
    }

    public override string? OnQuiet(SimulatedNode node)
    {
        HangFacts.Facts seen = facts.OnQuiet(node);
        PublishedStatus status = node.Current!.PublishedStatus;
        TimeSpan longEnough = HangFacts.TimeoutOf(node) + (node.Options.MinimumElectionTimeout / 2);
        bool disk = seen.DiskSince is { } busy && node.Now - busy >= longEnough;
        bool machine = seen.MachineSince is { } occupied && node.Now - occupied >= longEnough;
        if (status.Role != RaftRole.Leader || !status.IsRunning || node.IsStopping || node.Store.HasFailed || (!disk && !machine))
        {
            _hangs.Remove(node.Id);
            return null;
        }

        TimeSpan since = disk ? seen.DiskSince!.Value : seen.MachineSince!.Value;
        if (!_hangs.TryGetValue(node.Id, out Hang? hang) || !hang.IsSame(node, disk, since))
        {
            hang = new Hang(node.Current!, node.Situation.Term, disk, since, disk ? status.LastIndex : status.CommitIndex);
            _hangs[node.Id] = hang;
        }

        return Judge(node, hang, IsProven(node, seen, in status, hang, disk));
    }

    private static bool IsProven(SimulatedNode node, HangFacts.Facts seen, in PublishedStatus status, Hang hang, bool disk) => disk
        ? status.CommitIndex > seen.DurableIndex && status.CommitIndex >= hang.Goal
        : seen.ReportedTerm == status.Term && seen.LargestReported > node.Current!.AppliedIndex && seen.LargestReported >= hang.Goal;

    private static string? Judge(SimulatedNode node, Hang hang, bool isProven)
    {
        if (!isProven)
        {
            hang.ProvenSince = null;
            return null;
        }

        hang.ProvenSince ??= node.Now;
        RaftNodeOptions options = node.Options;
        TimeSpan proven = node.Now - hang.ProvenSince.Value;
        return proven > (5 * options.MinimumElectionTimeout) + options.MaximumElectionTimeout
            ? $"{node.Id} still leads term {node.Situation.Term}, although it hangs, and it has known for {proven.TotalMilliseconds:F0} ms "
                + "that another node does better."
            : null;
    }
}
