using Raft.Consensus;

namespace Raft;

/// <summary>The stop of a node whose state differs from that of a majority. Used by the node's worker.</summary>
internal sealed class DivergenceStop(NodeContext context, LeadershipTransfers transfers, LatestSnapshot latest)
{
    private StateDivergedException? _reason;
    private bool _hasHandedOver;
    private bool _hasFailed;

    private bool IsLeader => context.Module.Role == RaftRole.Leader;

    /// <summary>The node is to stop. The first difference is the reason.</summary>
    public void Begin(StateDivergence divergence) => _reason ??= new StateDivergedException(Describe(divergence), divergence);

    /// <summary>A leader hands over to a node of the majority first, so that the others need not wait for an election timeout.</summary>
    public void Continue()
    {
        if (_reason is null || _hasFailed)
        {
            return;
        }

        ConsensusModule module = context.Module;
        if (IsLeader && !_hasHandedOver)
        {
            _hasHandedOver = true;
            foreach (NodeId node in _reason.Divergence!.Sides[0].Nodes)
            {
                if (module.Configuration.IsVoter(node) && module.Reachable.Contains(node) && transfers.BeginGivingUp(node))
                {
                    return;
                }
            }
        }

        if (IsLeader && module.Transfer is not null)
        {
            return; // it ends, at the latest when its time is over
        }

        if (IsLeader)
        {
            module.StepDown(context.Now);
        }

        _hasFailed = true;
        context.Fail(_reason);
    }

    private string Describe(StateDivergence divergence)
    {
        string snapshot = latest.Index == 0
            ? "Its stores hold no snapshot, so a new node on them applies the whole log again: it stops again unless the cause is gone."
            : latest.Index <= divergence.AgreedIndex
            ? FormattableString.Invariant($"Its latest snapshot, up to {latest.Index}, is from before that, so a new node on the same ")
                + "stores applies what follows again: it stops again unless the cause is gone."
            : FormattableString.Invariant($"Its latest snapshot, up to {latest.Index}, may contain the wrong state: keep a copy of its ")
                + $"stores to find the cause, empty them, and start it with {nameof(RaftNodeOptions.FirstStart)} {nameof(FirstStart.Join)} "
                + "while all others run.";
        return $"The state of node {context.NodeId} is wrong: {divergence}. It has stopped. Its state machine "
            + $"{context.Settings.StateMachine.GetType().Name} is not deterministic, or its memory or its disk is broken: the page "
            + $"docs/troubleshooting.md says how to find the entry. {snapshot}";
    }
}
