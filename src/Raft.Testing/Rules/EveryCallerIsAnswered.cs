namespace Raft.Testing;

/// <summary>
/// Every waiting caller has an entry that can still produce its answer. On a leader, that is any entry that its state machine has not
/// applied; on any other node, the entry must also be committed. No caller therefore waits at a former leader for an entry that may never
/// be committed, and no caller waits at a node that has ended.
/// </summary>
internal sealed class EveryCallerIsAnswered : ClusterRule
{
    private readonly SortedDictionary<NodeId, HeldCallers> _held = [];
    private readonly SortedDictionary<NodeId, HeldCallers> _stranded = [];

    public override string Name => "Every caller is answered";

    public override string? OnQuiet(SimulatedNode node)
    {
        int waiting = node.Waiting;
        PublishedStatus status = node.Current!.PublishedStatus;
        if (status.Lifecycle is NodeLifecycle.Stopped or NodeLifecycle.Failed)
        {
            int calls = node.Current.LiveCalls;
            return calls == 0 ? null : $"{node.Id} has ended, and {calls} of its callers were never answered.";
        }

        // Callers may wait at a node that is still reading its log.
        if (waiting == 0 || node.Current.Footprint is not { } footprint)
        {
            _held.Remove(node.Id);
            _stranded.Remove(node.Id);
            return null;
        }

        return FindHeld(node, footprint.HeldProposals)
            ?? FindStranded(node, in status, waiting)
            ?? FindAbandoned(node, in status, waiting - footprint.HeldProposals);
    }

    /// <summary>
    /// Callers wait for the end of a transfer, and then for the name of the next leader, but not for long. A process that was paused counts
    /// from when it was resumed.
    /// </summary>
    private string? FindHeld(SimulatedNode node, int held)
    {
        if (held == 0)
        {
            _held.Remove(node.Id);
            return null;
        }

        TimeSpan now = node.Now;
        bool isNew = !_held.TryGetValue(node.Id, out HeldCallers before) || now - before.LookedAt > node.Options.MinimumElectionTimeout / 2;
        TimeSpan since = isNew ? now : before.Since;
        _held[node.Id] = new HeldCallers(since, LookedAt: now);
        return now - since <= 3 * node.Options.MinimumElectionTimeout
            ? null
            : $"{held} callers have waited at {node.Id} for the end of a transfer for {now - since}.";
    }

    /// <summary>Callers wait at a node that no longer leads, but not for longer than something may hang.</summary>
    private string? FindStranded(SimulatedNode node, in PublishedStatus status, int waiting)
    {
        if (status.Role == RaftRole.Leader || !status.IsRunning || node.IsStopping)
        {
            _stranded.Remove(node.Id);
            return null;
        }

        TimeSpan now = node.Now;
        bool isNew = !_stranded.TryGetValue(node.Id, out HeldCallers before)
            || now - before.LookedAt > node.Options.MinimumElectionTimeout / 2;
        TimeSpan since = isNew ? now : before.Since;
        _stranded[node.Id] = new HeldCallers(since, LookedAt: now);
        return now - since <= HangFacts.TimeoutOf(node) + node.Options.MinimumElectionTimeout
            ? null
            : $"{waiting} callers have waited at {node.Id}, {status.Role} of term {status.Term}, for {now - since}.";
    }

    /// <summary>Callers that wait at a node for the end of a transfer.</summary>
    /// <param name="Since">Since when some wait, or since the node was resumed.</param>
    /// <param name="LookedAt">When the rule last looked.</param>
    private readonly record struct HeldCallers(TimeSpan Since, TimeSpan LookedAt);

    private static string? FindAbandoned(SimulatedNode node, in PublishedStatus status, int waiting)
    {
        long last = status.Role == RaftRole.Leader ? status.LastIndex : status.CommitIndex;
        long applied = node.Current!.AppliedIndex;
        return waiting <= last - applied
            ? null
            : $"{waiting} callers wait at {node.Id}, {status.Role} of term {status.Term}, whose state machine has applied {applied} of "
                + $"{last} entries that could answer them.";
    }
}
