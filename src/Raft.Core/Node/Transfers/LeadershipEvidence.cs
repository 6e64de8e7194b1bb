using System.Globalization;
using Raft.Consensus;

namespace Raft;

/// <summary>Evidence that another voter does better than this leader.</summary>
/// <param name="Hang">What hangs on this node.</param>
/// <param name="Voter">The voter that does best.</param>
/// <param name="Figures">What shows it, for people.</param>
internal sealed record HangEvidence(HangingWork Hang, NodeId Voter, string Figures);

/// <summary>
/// Compares a leader that hangs with the other voters. Figures from the moment at which a hang was noticed are the goal that others must
/// have reached: a node that hangs like the leader may have come a little further before, but does not reach it either.
/// </summary>
internal sealed class LeadershipEvidence(NodeContext context, DiskWatch disk, ApplierWatch machine, StatusBoard board)
{
    private Goal? _diskGoal;
    private Goal? _machineGoal;

    /// <summary>What others must have reached since a hang was noticed.</summary>
    /// <param name="Since">Since when the work that hangs is under way: another hang has another goal.</param>
    /// <param name="Term">The term in which it was noticed by a leader.</param>
    /// <param name="Index">The goal.</param>
    private sealed record Goal(TimeSpan Since, long Term, long Index);

    /// <summary>Whether a resource hangs.</summary>
    public bool Hangs(HangingResource resource) =>
        (resource == HangingResource.StateMachine ? machine.Condition : disk.Condition).Hang is not null;

    /// <summary>Looks for evidence.</summary>
    /// <returns>The evidence; null if this node does not lead, does not hang, or no other voter is known to do better.</returns>
    public HangEvidence? Find()
    {
        ConsensusModule module = context.Module;
        if (module.Role != RaftRole.Leader)
        {
            return null;
        }

        return FindAgainst(disk.Condition, module) ?? FindAgainstMachine(machine.Condition, module);
    }

    /// <summary>
    /// The disk: a majority holds durably what this node appended before its hang was noticed, and this node does not.
    /// </summary>
    private HangEvidence? FindAgainst(HangCondition condition, ConsensusModule module)
    {
        if (condition.Hang is not { } hang)
        {
            _diskGoal = null;
            return null;
        }

        _diskGoal = GoalOf(_diskGoal, condition, module.LastIndex);
        long durable = module.DurableIndex;
        if (module.CommitIndex <= durable || module.CommitIndex < _diskGoal.Index)
        {
            return null;
        }

        FollowerProgress? best = Best(static follower => follower.Match, durable + 1);
        return best is null ? null : new HangEvidence(hang, best.Id, string.Create(
            CultureInfo.InvariantCulture,
            $"entry {module.CommitIndex} is committed, this node holds {durable} durably, and {best.Id} {best.Match}"));
    }

    /// <summary>The state machine: a voter has applied everything that was committed when the hang was noticed.</summary>
    private HangEvidence? FindAgainstMachine(HangCondition condition, ConsensusModule module)
    {
        if (condition.Hang is not { } hang)
        {
            _machineGoal = null;
            return null;
        }

        long applied = board.AppliedIndex;
        _machineGoal = GoalOf(_machineGoal, condition, module.CommitIndex);
        FollowerProgress? best = Best(static follower => follower.AppliedIndex, Math.Max(applied + 1, _machineGoal.Index));
        return best is null ? null : new HangEvidence(hang, best.Id, string.Create(
            CultureInfo.InvariantCulture,
            $"entry {module.CommitIndex} is committed, this node has applied {applied}, and {best.Id} {best.AppliedIndex}"));
    }

    private Goal GoalOf(Goal? known, HangCondition condition, long index) =>
        known is not null && known.Since == condition.Since && known.Term == context.Module.Term
            ? known
            : new Goal(condition.Since, context.Module.Term, index);

    /// <summary>
    /// The voter that is furthest, if any has reached what proves it: preferably one that can take over now. Of several, the first by its
    /// id.
    /// </summary>
    private FollowerProgress? Best(Func<FollowerProgress, long> progress, long required)
    {
        FollowerProgress? best = null;
        bool bestMayLead = false;
        foreach (FollowerProgress follower in context.Module.Followers)
        {
            if (!context.Module.Configuration.IsVoter(follower.Id) || progress(follower) < required)
            {
                continue;
            }

            bool mayLead = context.Module.MayLead(follower.Id);
            bool isBetter = best is null || (mayLead != bestMayLead ? mayLead : progress(follower) > progress(best));
            (best, bestMayLead) = isBetter ? (follower, mayLead) : (best, bestMayLead);
        }

        return best;
    }
}
