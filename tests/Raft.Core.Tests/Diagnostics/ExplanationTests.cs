namespace Raft.Tests.Node;

/// <summary>The situation of a node, in a sentence for people.</summary>
public sealed class ExplanationTests
{
    private const string Hangs = "; its state machine has been at work on the same commands for long: results and reads wait for it";

    private static readonly RaftMember[] Members = ["n1", "n2", "n3"];

    public static TheoryData<string, int, string?, int, bool, bool, string> Situations => new()
    {
        { "Leader", 4, "n1", 0b111, true, false, "leads term 4: 3 of 3 voters reachable, 2 needed" },
        { "Leader", 4, "n1", 0b101, true, false, "leads term 4: 2 of 3 voters reachable, 2 needed; not heard from n2" },
        { "Leader", 4, "n1", 0b001, true, false, "leads term 4: 1 of 3 voters reachable, 2 needed; not heard from n2, n3" },
        { "Leader", 4, "n1", 0b111, true, true, "leads term 4: 3 of 3 voters reachable, 2 needed" + Hangs },
        { "Follower", 4, "n2", 0b011, true, false, "follows n2 in term 4" },
        { "Follower", 4, "n2", 0b011, true, true, "follows n2 in term 4" + Hangs },
        { "Follower", 4, null, 0b001, true, false, "no leader: 1 of 3 voters reachable, 2 needed; not heard from n2, n3; an election follows within the election timeout" },
        { "PreCandidate", 4, null, 0b001, true, false, "no leader: 1 of 3 voters reachable, 2 needed; not heard from n2, n3" },
        { "Candidate", 4, null, 0b011, true, false, "no leader: 2 of 3 voters reachable, 2 needed; not heard from n3, so an election is under way" },
        { "Candidate", 4, null, 0b111, true, false, "no leader: 3 of 3 voters reachable, 2 needed, so an election is under way" },
        { "Follower", 4, null, 0b001, false, false, "not running: call RunAsync; until then it answers RequestVote and AppendEntries, but never campaigns" },
        { "Stopped", 4, null, 0b001, false, false, "stopped: call RunAsync to run again" },
        { "Failed", 4, null, 0b001, false, false, "failed and stopped: Disk gone." },
    };

    [Theory]
    [MemberData(nameof(Situations))]
    public void Explanation_OfASituation_SaysWhatItIs(string role, int term, string? leader, int reachable, bool isRunning, bool applyHangs, string expected)
    {
        PublishedStatus snapshot = new(
            Enum.Parse<RaftRole>(role), term, VotedFor: null, leader is null ? default(NodeId?) : new NodeId(leader), 1, 0, 0, SnapshotIndex: 0, (ulong)reachable, isRunning, applyHangs, DiskHangs: false, new IOException("Disk gone."));

        Assert.Equal(expected, StatusExplanation.Of(in snapshot, Members));
    }
}
