using System.Globalization;
using Raft.Consensus;

namespace Raft;

/// <summary>Describes a node's situation in a sentence: who leads, or why no node does and what is needed.</summary>
internal static class StatusExplanation
{
    private const string IsIdle = "not running: call RunAsync; until then it answers RequestVote and AppendEntries, but never campaigns";

    public static string Of(in PublishedStatus status)
    {
        string situation = status.Lifecycle switch
        {
            NodeLifecycle.Failed => $"failed and stopped: {status.Failure?.Message}",
            NodeLifecycle.Stopped when status.Conditions.AbandonedWork is { } work =>
                $"stopped without its state machine, which was {work} and is given up: create a new node with a new state machine on the "
                + "same log store",
            NodeLifecycle.Stopped => "stopped: call RunAsync to run again",
            NodeLifecycle.Idle => IsIdle,
            NodeLifecycle.Starting => "starting: it opens its stores and its transport, and does not campaign yet",
            NodeLifecycle.Stopping => $"stopping: it takes no more proposals or reads; {InCluster(in status)}",
            _ => InCluster(in status),
        };
        string entry = status.UnsupportedIndex == 0
            ? string.Empty
            : $"; its version cannot append entry {Text(status.UnsupportedIndex)} of its leader: it lags until it is upgraded";
        string states = status.Divergence is { } divergence && status.Failure?.InnerException is not StateDivergedException
            ? $"; states differ: {divergence}"
            : string.Empty;
        return situation + Conditions(status.Conditions) + entry + status.SetupProblems + states;
    }

    /// <summary>Which link to look at, if others follow a leader from which the node receives no messages.</summary>
    public static string Unheard(UnheardLeader unheard)
    {
        NodeSet followers = unheard.Followers;
        string others = followers.Count switch
        {
            0 => $"{unheard.Leader} leads",
            1 => $"{followers[0]} follows {unheard.Leader}",
            _ => $"{string.Join(", ", followers.Take(followers.Count - 1))} and {followers[^1]} follow {unheard.Leader}",
        };
        return $"{others}, from which this node receives no messages: look at the link between {unheard.Leader} and this node";
    }

    private static string Conditions(NodeConditions conditions)
    {
        string text = conditions.Start is { } start ? $"; {start}, and the start waits for it" : string.Empty;
        if (conditions.StateMachine is { } machine)
        {
            text += $"; {machine}, and results and reads wait for it";
        }

        if (conditions.LogWrites is { } writes)
        {
            text += $"; {writes}, and nothing counts as written here until it is done";
        }

        if (conditions.Storage is { } storage)
        {
            text += $"; {storage}";
        }

        if (conditions.Digest is { } digest)
        {
            text += $"; {digest}, and its state is not compared until it is done";
        }

        if (conditions.IsStalled)
        {
            text += "; it makes no progress towards what its leader has committed";
        }

        return conditions.IsCandidacyWithheld ? text + "; it gave up a leadership for this reason, and starts no election for now" : text;
    }

    private static string InCluster(in PublishedStatus status) => status switch
    {
        { Role: RaftRole.Leader, TransferTarget: { } target } =>
            $"leads term {Text(status.Term)} and hands over to {target}: {Reach(in status)}",
        { Role: RaftRole.Leader } => $"leads term {Text(status.Term)}: {Reach(in status)}",
        { Leader: { } leader } => $"follows {leader} in term {Text(status.Term)}",
        _ => NoLeader(in status),
    };

    /// <summary>
    /// Without a leader: the node waits for one for an election timeout, too few voters are reachable, or an election is under way.
    /// </summary>
    public static string NoLeader(in PublishedStatus status) => status.IsJoining
        ? "no leader: it joins a cluster that exists, waits for its leader, and does not vote until it has caught up"
        : status.Conditions.UnheardLeader is { } unheard
        ? $"no leader: {Unheard(unheard)}"
        : status.Role is RaftRole.Follower or RaftRole.Learner
        ? $"no leader: {Reach(in status)}; an election follows within the election timeout"
        : CanElect(in status)
        ? $"no leader: {Reach(in status)}, so an election is under way"
        : $"no leader: {Reach(in status)}";

    private static bool CanElect(in PublishedStatus status)
    {
        NodeSet reachable = status.Reachable;
        return status.Configuration.OutcomeOf(voter => reachable.Contains(voter) ? true : null) == VoteOutcome.Won;
    }

    private static string Reach(in PublishedStatus status)
    {
        NodeSet reachable = status.Reachable;
        ClusterConfiguration configuration = status.Configuration;
        string[] voters = [.. configuration.Members.Select(static member => member.Id).Where(id => configuration.IsVoter(id))];
        string counts = string.Create(
            CultureInfo.InvariantCulture, $"{status.ReachableVoters} of {voters.Length} voters reachable, {configuration.Needed} needed");
        string[] silent = [.. voters.Where(id => !reachable.Contains(id))];
        return silent.Length == 0 ? counts : $"{counts}; not heard from {string.Join(", ", silent)}";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
