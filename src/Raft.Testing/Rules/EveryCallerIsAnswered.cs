namespace Raft.Testing;

/// <summary>
/// Every waiting caller has an entry that can still produce its answer. On a leader, that is any entry that its state machine has not
/// applied; on any other node, the entry must also be committed. No caller therefore waits at a former leader for an entry that may never
/// be committed, and no caller waits at a node that has ended.
/// </summary>
internal sealed class EveryCallerIsAnswered : ClusterRule
{
    private readonly SortedDictionary<NodeId, TimeSpan> _heldSince = [];

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
            _heldSince.Remove(node.Id);
            return null;
        }

        return FindHeld(node, footprint.HeldProposals) ?? FindAbandoned(node, in status, waiting - footprint.HeldProposals);
    }

    /// <summary>Callers wait for the end of a transfer, and then for the name of the next leader, but not for long.</summary>
    private string? FindHeld(SimulatedNode node, int held)
    {
        if (held == 0)
        {
            _heldSince.Remove(node.Id);
            return null;
        }

        _heldSince.TryAdd(node.Id, node.Now);
        TimeSpan since = node.Now - _heldSince[node.Id];
        return since <= 3 * node.Options.MinimumElectionTimeout
            ? null
            : $"{held} callers have waited at {node.Id} for the end of a transfer for {since}.";
    }

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
