using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Persistence;

/// <summary>What comes from another cluster, is meant for another node or contradicts itself changes nothing and is counted.</summary>
public sealed class IgnoredMessageTests
{
    private static readonly AppendEntriesMessage Good = Make.Append("n2", 5, 1, 1, 1, 4, 5);

    private static readonly InstallSnapshotMessage Chunk = Make.Install("n2", 9, new TestSnapshot(3, 2, [1, 2, 3]));

    private static readonly IReadOnlyDictionary<string, RaftMessage> Bad = new Dictionary<string, RaftMessage>
    {
        ["other cluster"] = Good with { Origin = new MessageOrigin("other", null) },
        ["other case of the cluster's name"] = Good with { Origin = new MessageOrigin("RAFT", null) },
        ["other node"] = Good with { To = "n2" },
        ["negative term"] = Good with { Term = -1 },
        ["absurd term"] = Good with { Term = long.MaxValue },
        ["negative previous index"] = Good with { PrevLogIndex = -1 },
        ["absurd previous index"] = Good with { PrevLogIndex = long.MaxValue },
        ["negative previous term"] = Good with { PrevLogTerm = -1 },
        ["a term before the log's start"] = Good with { PrevLogIndex = 0, PrevLogTerm = 1 },
        ["negative commit"] = Good with { LeaderCommit = -1 },
        ["absurd commit"] = Good with { LeaderCommit = long.MaxValue },
        ["absurd previous term"] = Good with { PrevLogTerm = long.MaxValue, Entries = default },
        ["a time before the first one"] = Good with { SentAtTicks = -1 },
        ["a time after the last one"] = Good with { SentAtTicks = DateTimeOffset.MaxValue.UtcTicks + 1 },
        ["chunk of an absurd commit"] = Chunk with { LeaderCommit = long.MaxValue },
        ["acceptance of an absurd applied index"] =
            Make.Accept(Good) with { From = "n2", To = "n1", Term = 9, AppliedIndex = long.MaxValue },
        ["acceptance of a negative applied index"] = Make.Accept(Good) with { From = "n2", To = "n1", Term = 9, AppliedIndex = -1 },
        ["entry of a later term than the leader's"] = Good with { Entries = Make.Entries(4, 6) },
        ["entry of an earlier term than the one before"] = Good with { PrevLogTerm = 4, Entries = Make.Entries(3) },
        ["falling terms"] = Good with { Entries = Make.Entries(5, 4) },
        ["configuration entry that cannot be read"] = Good with { Entries = Entry(EntryKind.Configuration) },
        ["session entry, which is not implemented"] = Good with { Entries = Entry(EntryKind.Session) },
        ["entry of term 0"] = Good with { PrevLogIndex = 0, PrevLogTerm = 0, Entries = Make.Entries(0) },
        ["vote request of another cluster"] = Make.RequestVote("n2", 9, 9, 9) with { Origin = new MessageOrigin("other", null) },
        ["vote request of a negative index"] = Make.RequestVote("n2", 9, -1, 0),
        ["vote request of a negative last term"] = Make.RequestVote("n2", 9, 9, -1),
        ["vote request of an absurd index"] = Make.RequestVote("n2", 9, long.MaxValue, 9),
        ["rejection with a negative hint"] = Make.Reject(Good, 5, -5, -5) with { From = "n2", To = "n1", Term = 9 },
        ["rejection with an absurd hint"] = Make.Reject(Good, 5, long.MaxValue, long.MaxValue) with { From = "n2", To = "n1", Term = 9 },
        ["acceptance of a negative index"] = Make.Accept(Good, -1) with { From = "n2", To = "n1", Term = 9 },
        ["chunk beyond the end of its snapshot"] = Chunk with { Length = 1 },
        ["chunk of a term after its leader's"] = Chunk with { LastIncludedTerm = 10 },
        ["answer to a chunk with a negative offset"] = Make.Want(Chunk, -1) with { From = "n2", To = "n1" },
        ["vote request of an absurd term"] = Make.RequestVote("n2", long.MaxValue, 9, 9),
        ["vote of another cluster"] =
            Make.Vote(Make.RequestVote("n2", 9, 9, 9) with { From = "n1", To = "n3" }, granted: false) with
            {
                Origin = new MessageOrigin("other", null),
            },
    };

    public static TheoryData<string> Names => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Follower_BadMessage_IsIgnoredAndCounted(string name)
    {
        SingleModule n1 = SingleModule.Follower(1, 1);
        TimeSpan? deadline = n1.Module.NextDeadline;
        n1.Clock.Advance(TimeSpan.FromMilliseconds(500));

        Assert.Empty(n1.Deliver(Bad[name]));

        Assert.Equal(1, n1.Module.IgnoredMessages);
        Assert.Equal((1, null, RaftRole.Follower), (n1.Module.Term, n1.Module.VotedFor, n1.Module.Role));
        Assert.Equal([1], n1.Node.Log);
        Assert.Equal(deadline, n1.Module.NextDeadline);
        Assert.Equal(0, n1.Disk.WriteCount);
        Assert.Equal(1, n1.Module.ReachableMembers);
    }

    [Fact]
    public void Follower_GoodMessage_IsNotIgnored()
    {
        SingleModule n1 = SingleModule.Follower(1, 1);

        Assert.True(n1.Deliver(Good).Success);

        Assert.Equal(0, n1.Module.IgnoredMessages);
        Assert.Equal([1, 4, 5], n1.Node.Log);
    }

    [Fact]
    public void Receive_Null_Throws()
    {
        Assert.Throws<ArgumentNullException>(() => new SingleModule().Module.Receive(null!, TimeSpan.Zero));
    }

    private static LogEntry[] Entry(EntryKind kind) => [new(4, kind, default, DateTimeOffset.UnixEpoch)];
}
