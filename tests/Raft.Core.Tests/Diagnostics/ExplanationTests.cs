using Raft.Consensus;

namespace Raft.Tests.Node;

/// <summary>The situation of a node, in a sentence for people.</summary>
public sealed class ExplanationTests
{
    private const string Hangs =
        "; its state machine hangs: it has been answering a read since 1970-01-01 00:00:00Z, and results and reads wait for it";

    private static readonly ClusterConfiguration Three = new(["n1", "n2", "n3"]);

    public static TheoryData<string, string, int, string?, int, bool, string> Situations => new()
    {
        { "Running", "Leader", 4, "n1", 0b111, false, "leads term 4: 3 of 3 voters reachable, 2 needed" },
        { "Running", "Leader", 4, "n1", 0b101, false, "leads term 4: 2 of 3 voters reachable, 2 needed; not heard from n2" },
        { "Running", "Leader", 4, "n1", 0b001, false, "leads term 4: 1 of 3 voters reachable, 2 needed; not heard from n2, n3" },
        { "Running", "Leader", 4, "n1", 0b111, true, "leads term 4: 3 of 3 voters reachable, 2 needed" + Hangs },
        { "Running", "Follower", 4, "n2", 0b011, false, "follows n2 in term 4" },
        { "Running", "Follower", 4, "n2", 0b011, true, "follows n2 in term 4" + Hangs },
        {
            "Running", "Follower", 4, null, 0b001, false,
            "no leader: 1 of 3 voters reachable, 2 needed; not heard from n2, n3; an election follows within the election timeout"
        },
        { "Running", "PreCandidate", 4, null, 0b001, false, "no leader: 1 of 3 voters reachable, 2 needed; not heard from n2, n3" },
        {
            "Running", "Candidate", 4, null, 0b011, false,
            "no leader: 2 of 3 voters reachable, 2 needed; not heard from n3, so an election is under way"
        },
        { "Running", "Candidate", 4, null, 0b111, false, "no leader: 3 of 3 voters reachable, 2 needed, so an election is under way" },
        {
            "Idle", "Follower", 4, null, 0b001, false,
            "not running: call RunAsync; until then it answers RequestVote and AppendEntries, but never campaigns"
        },
        { "Starting", "Follower", 4, null, 0b001, false, "starting: it opens its stores and its transport, and does not campaign yet" },
        {
            "Stopping", "Leader", 4, "n1", 0b111, false,
            "stopping: it takes no more proposals or reads; leads term 4: 3 of 3 voters reachable, 2 needed"
        },
        { "Stopped", "Follower", 4, null, 0b001, false, "stopped: call RunAsync to run again" },
        { "Failed", "Follower", 4, null, 0b001, false, "failed and stopped: Disk gone." },
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public void Explanation_OfASituation_SaysWhatItIs(
        string lifecycle, string role, int term, string? leader, int reachable, bool applyHangs, string expected)
    {
        PublishedStatus status = new()
        {
            Lifecycle = Enum.Parse<NodeLifecycle>(lifecycle),
            Role = Enum.Parse<RaftRole>(role),
            Term = term,
            Leader = leader is null ? default(NodeId?) : new NodeId(leader),
            Configuration = Three,
            Reachable = new NodeSet(
                [.. Three.Members.Select(static member => member.NodeId).Where((_, i) => (reachable >> i & 1) != 0)]),
            Conditions = applyHangs
                ? new NodeConditions
                {
                    StateMachine = new HangingWork(HangingResource.StateMachine, "answering a read", DateTimeOffset.UnixEpoch),
                }
                : NodeConditions.None,
            Failure = new IOException("Disk gone."),
        };

        Assert.Equal(expected, StatusExplanation.Of(in status));
    }
}
