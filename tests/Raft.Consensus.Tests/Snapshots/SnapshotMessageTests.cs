using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Snapshots;

/// <summary>InstallSnapshot of the wrong term, of a second leader, and what contradicts itself (section 5.1, section 7).</summary>
public sealed class SnapshotMessageTests
{
    private static readonly TestSnapshot Snapshot = new(10, 3, [1, 2, 3, 4, 5]);

    [Fact]
    public void Follower_ChunkOfAnEarlierTerm_AnswersWithItsTermAndStoresNothing()
    {
        SingleModule n1 = SingleModule.Follower(5);

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", 4, Snapshot));

        Assert.Equal((5, false), (reply.Term, reply.IsInstalled));
        Assert.Null(n1.Node.Snapshots.Latest);
        Assert.Equal((0, 0), (n1.Module.LastIndex, n1.Module.CommitIndex));
        Assert.Null(n1.Module.Leader);
    }

    [Theory]
    [InlineData(RaftRole.Follower)]
    [InlineData(RaftRole.Candidate)]
    [InlineData(RaftRole.Leader)]
    public void AnyRole_ChunkOfALaterTerm_Follows(RaftRole role)
    {
        SingleModule n1 = InRole(role);
        long term = n1.Module.Term + 3;

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", term, Snapshot, 0, 4));

        Assert.Equal((term, 4), (reply.Term, reply.NextOffset));
        Assert.Equal((RaftRole.Follower, term, new NodeId("n2")), (n1.Module.Role, n1.Module.Term, n1.Module.Leader!.Value));
        Assert.Equal(new HardState(term, null), n1.Disk.HardState);
    }

    [Fact]
    public void Candidate_ChunkOfItsOwnTerm_Concedes()
    {
        SingleModule n1 = InRole(RaftRole.Candidate);
        TestSnapshot ofTermOne = new(10, 1, [1, 2, 3, 4, 5]);

        n1.Deliver(Make.Install("n2", n1.Module.Term, ofTermOne, 0, 4));

        Assert.Equal((RaftRole.Follower, new NodeId("n2")), (n1.Module.Role, n1.Module.Leader!.Value));
    }

    /// <summary>No correct node sends one; a leader must not be stopped by it, nor obey.</summary>
    [Fact]
    public void Leader_ChunkOfItsOwnTerm_RefusesIt()
    {
        SingleModule n1 = SingleModule.Leader(term: 4);

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n2", 5, Snapshot));

        Assert.Equal((5, 0, false), (reply.Term, reply.NextOffset, reply.IsInstalled));
        Assert.Equal((RaftRole.Leader, 5), (n1.Module.Role, n1.Module.Term));
        Assert.Null(n1.Node.Snapshots.Latest);
    }

    [Fact]
    public void Follower_ChunkOfASecondLeaderOfTheTerm_RefusesIt()
    {
        SingleModule n1 = new();
        n1.Deliver(Make.Append("n2", 3, 0, 0, 0));

        InstallSnapshotReplyMessage reply = n1.Deliver(Make.Install("n3", 3, Snapshot));

        Assert.Equal((3, 0, false), (reply.Term, reply.NextOffset, reply.IsInstalled));
        Assert.Equal("n2", n1.Module.Leader);
        Assert.Null(n1.Node.Snapshots.Latest);
    }

    [Fact]
    public void Leader_AnswerOfALaterTerm_StepsDown()
    {
        (SingleModule n1, InstallSnapshotMessage chunk) = Sending();

        n1.Deliver(Make.Want(chunk) with { Term = chunk.Term + 1 });

        Assert.Equal((RaftRole.Follower, chunk.Term + 1), (n1.Module.Role, n1.Module.Term));
    }

    [Fact]
    public void Leader_AnswerOfAnEarlierTerm_IsIgnored()
    {
        (SingleModule n1, InstallSnapshotMessage chunk) = Sending();

        Assert.Empty(n1.Deliver(Make.Installed(chunk) with { Term = chunk.Term - 1 }));
        Assert.Empty(n1.Deliver(Make.Want(chunk) with { Term = chunk.Term - 1 }));

        Assert.NotNull(n1.Module.SnapshotUnderWayTo("n2"));
    }

    [Fact]
    public void FormerLeader_AnswerOfItsTerm_IsIgnored()
    {
        (SingleModule n1, InstallSnapshotMessage chunk) = Sending();
        n1.Deliver(Make.Append("n3", chunk.Term + 1, 0, 0, 0));

        Assert.Empty(n1.Deliver(Make.Want(chunk)));
        Assert.Empty(n1.Deliver(Make.Installed(chunk) with { Term = chunk.Term + 1 }));
        Assert.Equal(RaftRole.Follower, n1.Module.Role);
    }

    [Fact]
    public void Leader_AnswerOfAStranger_IsIgnored()
    {
        (SingleModule n1, InstallSnapshotMessage chunk) = Sending();

        Assert.Empty(n1.Deliver(Make.Installed(chunk) with { From = "n9" }));
        Assert.NotNull(n1.Module.SnapshotUnderWayTo("n2"));
    }

    /// <summary>A negative offset comes from no follower: what it means to say is not guessed.</summary>
    [Fact]
    public void Leader_AnswerWithANegativeOffset_ChangesNothing()
    {
        (SingleModule n1, InstallSnapshotMessage chunk) = Sending();

        Assert.Empty(n1.Deliver(Make.Want(chunk, nextOffset: -4)));

        Assert.Equal(4, Assert.IsType<InstallSnapshotMessage>(Assert.Single(n1.Deliver(Make.Want(chunk)))).Offset);
    }

    /// <summary>Nobody can hold more of this term's log than its leader knows to be committed.</summary>
    [Fact]
    public void Leader_InstalledAnswerBeyondWhatIsCommitted_IsNotAMatch()
    {
        (SingleModule n1, InstallSnapshotMessage chunk) = Sending();
        long commit = n1.Module.CommitIndex;

        Assert.Empty(n1.Deliver(Make.Installed(chunk) with { LastIncludedIndex = n1.Module.LastIndex }));

        Assert.Equal(commit, n1.Module.CommitIndex);
        Assert.All(n1.Module.Followers.ToArray(), follower => Assert.Equal(0, follower.Match));
    }

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Follower_ChunkThatContradictsItself_IsIgnoredAndCounted(string what, InstallSnapshotMessage chunk)
    {
        SingleModule n1 = new();

        Assert.Empty(n1.Deliver((RaftMessage)chunk));

        Assert.True(n1.Module.IgnoredMessages == 1, what);
        Assert.Equal((0, 0), (n1.Module.Term, n1.Module.LastIndex));
        Assert.Null(n1.Node.Snapshots.Latest);
    }

    public static TheoryData<string, InstallSnapshotMessage> Contradictions()
    {
        InstallSnapshotMessage good = Make.Install("n2", 3, Snapshot);
        return new TheoryData<string, InstallSnapshotMessage>
        {
            { "an index below 1", good with { LastIncludedIndex = 0 } },
            { "a negative index", good with { LastIncludedIndex = -1 } },
            { "an index that would overflow", good with { LastIncludedIndex = long.MaxValue } },
            { "a last term below 1", good with { LastIncludedTerm = 0 } },
            { "a last term beyond the leader's", good with { LastIncludedTerm = 4 } },
            { "a negative offset", good with { Offset = -1 } },
            { "no data", good with { Data = default } },
            { "data beyond the end", good with { Offset = 1 } },
            { "an offset beyond the end", good with { Offset = 6 } },
            { "an offset that would overflow", good with { Offset = long.MaxValue } },
            { "a negative length", good with { Length = -1 } },
            { "a length below the data's", good with { Length = 4 } },
            { "another node's", good with { To = "n3" } },
            { "another cluster's", good with { Origin = new MessageOrigin("other", null) } },
            { "a negative term", good with { Term = -1 } },
        };
    }

    private static SingleModule InRole(RaftRole role)
    {
        SingleModule n1 = new();
        if (role == RaftRole.Candidate)
        {
            n1.Campaign();
        }
        else if (role == RaftRole.Leader)
        {
            n1.Lead();
        }

        Assert.Equal(role, n1.Module.Role);
        return n1;
    }

    private static (SingleModule N1, InstallSnapshotMessage Chunk) Sending()
    {
        SingleModule n1 = SendingSnapshots.Leader(Snapshot, Settings.Plain with { MaximumChunkBytes = 4 });
        return (n1, SendingSnapshots.Begin(n1));
    }
}
