using System.Globalization;
using Raft.Consensus;

namespace Raft;

/// <summary>Describes a node's situation in a sentence: who leads, or why no node does and what is needed.</summary>
internal static class StatusExplanation
{
    private const string IsIdle = "not running: call RunAsync; until then it answers RequestVote and AppendEntries, but never campaigns";

    private const string ApplyHangs =
        "; its state machine has been working on the same commands for a long time: results and reads wait for it";

    private const string DiskHangs =
        "; its log store has not finished a write for a long time: nothing counts as written here until it does";

    public static string Of(in PublishedStatus status, IReadOnlyList<RaftMember> members)
    {
        string situation = status.Lifecycle switch
        {
            NodeLifecycle.Failed => $"failed and stopped: {status.Failure?.Message}",
            NodeLifecycle.Stopped => "stopped: call RunAsync to run again",
            NodeLifecycle.Idle => IsIdle,
            NodeLifecycle.Starting => "starting: it opens its stores and its transport, and does not campaign yet",
            NodeLifecycle.Stopping => $"stopping: it takes no more proposals; {InCluster(in status, members)}",
            _ => InCluster(in status, members),
        };
        string applier = status.ApplyHangs ? ApplyHangs : string.Empty;
        string disk = status.DiskHangs ? DiskHangs : string.Empty;
        return situation + applier + disk;
    }

    private static string InCluster(in PublishedStatus status, IReadOnlyList<RaftMember> members) => status switch
    {
        { Role: RaftRole.Leader } => $"leads term {Text(status.Term)}: {Reach(in status, members)}",
        { Leader: { } leader } => $"follows {leader} in term {Text(status.Term)}",
        _ => NoLeader(in status, members),
    };

    /// <summary>
    /// Without a leader: the node waits for one for an election timeout, too few voters are reachable, or an election is under way.
    /// </summary>
    public static string NoLeader(in PublishedStatus status, IReadOnlyList<RaftMember> members) => status.Role == RaftRole.Follower
        ? $"no leader: {Reach(in status, members)}; an election follows within the election timeout"
        : Quorum.OfMajority(members.Count).OutcomeOf(granted: status.ReachableBits, refused: 0) == VoteOutcome.Won
        ? $"no leader: {Reach(in status, members)}, so an election is under way"
        : $"no leader: {Reach(in status, members)}";

    private static string Reach(in PublishedStatus status, IReadOnlyList<RaftMember> members)
    {
        ulong reachable = status.ReachableBits;
        string needed = Quorum.OfMajority(members.Count).Needed;
        string counts = string.Create(
            CultureInfo.InvariantCulture, $"{status.ReachableVoters} of {members.Count} voters reachable, {needed} needed");
        string[] silent = [.. members.Where((_, position) => (reachable >> position & 1) == 0).Select(static member => member.Id)];
        return silent.Length == 0 ? counts : $"{counts}; not heard from {string.Join(", ", silent)}";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
