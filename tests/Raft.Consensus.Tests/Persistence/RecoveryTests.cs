using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Persistence;

/// <summary>What a node knows after a crash: Figure 2's persistent state, all of it and nothing else.</summary>
public sealed class RecoveryTests
{
    /// <summary>An entry that was acknowledged may be committed, whatever this node knew of it: dropping it would lose it.</summary>
    [Fact]
    public void Follower_AcknowledgedUncommittedTail_SurvivesACrash()
    {
        SingleModule n1 = new();
        Assert.True(n1.Deliver(Make.Append("n2", 1, 0, 0, 1, 1, 1, 1)).Success);

        n1.Node.CrashAndRestart();

        Assert.Equal([1, 1, 1], n1.Node.Log);
        Assert.Equal((1, 3L, 1L), (n1.Module.Term, n1.Module.DurableIndex, n1.Module.CommitIndex));
        Assert.False(n1.Deliver(Make.RequestVote("n3", 2, 2, 1)).VoteGranted);
    }

    [Fact]
    public void Follower_CrashBetweenWrites_KeepsAPrefix()
    {
        SingleModule n1 = SingleModule.Follower(1);
        n1.Disk.Hold();
        n1.Node.Receive(Make.Append("n2", 1, 0, 0, 0, 1, 1));
        n1.Node.Receive(Make.Append("n2", 1, 2, 1, 0, 1));
        n1.Node.Receive(Make.Append("n3", 2, 1, 1, 0, 2));
        n1.Disk.Complete(2);

        n1.Node.CrashAndRestart();

        Assert.Equal([1, 1, 1], n1.Node.Log);
        Assert.Equal((1, 3L), (n1.Module.Term, n1.Module.DurableIndex));
    }

    [Fact]
    public void Module_AfterRecovery_AcknowledgesItsEntriesAtOnce()
    {
        SingleModule n1 = SingleModule.Follower(1, 1, 1);
        n1.Disk.Hold();

        Assert.Single(n1.Deliver((RaftMessage)Make.Append("n2", 1, 2, 1, 0)));
    }

    [Fact]
    public void Recover_LogBeyondTheStoredTerm_Throws()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)), new HardState(1, null));

        Assert.Throws<ConsensusInvariantException>(() => module.Recover(Make.Entries(1, 2)));
    }

    [Fact]
    public void Recover_EntryOfTermZero_Throws()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)), new HardState(1, null));

        Assert.Throws<ConsensusInvariantException>(() => module.Recover(Make.Entries(0, 1)));
    }

    /// <summary>The initial term may be larger, and must not hide that the store has lost its term.</summary>
    [Fact]
    public void Recover_LogBeyondTheStoredTermButNotTheInitialOne_Throws()
    {
        ConsensusModule module = new((Settings.Plain with { InitialTerm = 9 }).For("n1", Settings.Ids(3)), new HardState(1, null));

        Assert.Throws<ConsensusInvariantException>(() => module.Recover(Make.Entries(1, 2)));
    }

    [Theory]
    [InlineData(EntryKind.Session)]
    public void Recover_EntryOfAKindThatIsNotImplemented_Throws(EntryKind kind)
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)), new HardState(1, null));
        LogEntry[] entries = [.. Make.Entries(1), new(1, kind, default, DateTimeOffset.UnixEpoch)];

        UnsupportedEntryException refusal = Assert.Throws<UnsupportedEntryException>(() => module.Recover(entries));

        string expected = $"Entry 2 of the stored log has kind {kind}, which this version does not implement.";
        Assert.StartsWith(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 3, 2)] // the stored term is smaller than the one before the log
    [InlineData(0, 3, 2)]
    [InlineData(5, 0, 2)] // the start of all logs has no term
    [InlineData(5, 3, 0)] // and every entry has one
    public void Module_StoredStateThatContradictsItself_Throws(long term, long previousIndex, long previousTerm)
    {
        ConsensusOptions options = Settings.Plain.For("n1", Settings.Ids(3));

        Assert.Throws<ConsensusInvariantException>(
            () => new ConsensusModule(options, new HardState(term, null), previousIndex, previousTerm));
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(1, -1, 0)]
    [InlineData(1, 1, -1)]
    [InlineData(long.MaxValue, 0, 0)]
    [InlineData(1, long.MaxValue, 1)]
    public void Module_StoredNumberOutOfRange_Throws(long term, long previousIndex, long previousTerm)
    {
        ConsensusOptions options = Settings.Plain.For("n1", Settings.Ids(3));

        Assert.Throws<ArgumentOutOfRangeException>(
            () => new ConsensusModule(options, new HardState(term, null), previousIndex, previousTerm));
    }

    [Fact]
    public void Recover_FallingTerms_Throws()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)), new HardState(5, null));

        Assert.Throws<ConsensusInvariantException>(() => module.Recover(Make.Entries(1, 3, 2)));
    }

    [Fact]
    public void Recover_InPieces_IsTheSameAsInOne()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)), new HardState(5, "n2"));
        module.Recover(Make.Entries(1, 1));
        module.Recover([]);
        module.Recover(Make.Entries(3, 5));

        Assert.Equal((4, 5, 4), (module.LastIndex, module.LastTerm, module.DurableIndex));
        Assert.Equal((5, new NodeId("n2")), (module.Term, module.VotedFor!.Value));
    }

    /// <summary>A compacted log begins after the last entry that was dropped.</summary>
    [Fact]
    public void Recover_CompactedLog_StartsAfterWhatWasDropped()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)), new HardState(5, null), previousIndex: 10, previousTerm: 4);
        module.Recover(Make.Entries(4, 5));

        Assert.Equal((11, 12, 10, 12), (module.FirstIndex, module.LastIndex, module.CommitIndex, module.DurableIndex));
        Assert.Equal((4, 4, 5), (module.TermAt(10), module.TermAt(11), module.TermAt(12)));
    }

    [Fact]
    public void Follower_CompactedLog_TakesARequestThatBeginsBeforeIt()
    {
        SingleModule n1 = new();
        n1.Disk.Preset(new HardState(5, null), Make.Entries(4, 5), previousIndex: 3, previousTerm: 4);
        n1.Node.Restart();

        AppendEntriesReplyMessage reply = n1.Deliver(Make.Append("n2", 5, 1, 1, 4, 1, 4, 4, 5, 5));

        Assert.Equal((true, 6), (reply.Success, reply.LastIndex));
        Assert.Equal([4, 5, 5], n1.Node.Log);
        Assert.Equal(4, n1.Module.CommitIndex);
    }

    /// <summary>
    /// After the start of a compacted log there is nothing to conflict with, so if a follower may hold the start, it is asked for
    /// that next.
    /// </summary>
    [Fact]
    public void Leader_CompactedLog_FindsTheStartInOneRejection()
    {
        (SingleModule n1, AppendEntriesMessage probe) = CompactedLeader(previousTerm: 2);

        AppendEntriesMessage next =
            n1.Deliver(Make.Reject(probe, lastIndex: 6, conflictIndex: 6, conflictTerm: 2)).OfType<AppendEntriesMessage>().Single();

        Assert.Equal((3, 2), (next.PrevLogIndex, next.PrevLogTerm));
        Assert.Empty(n1.Node.ChunkLoads);
    }

    /// <summary>
    /// A follower whose terms are too small where the log starts cannot agree there: it is asked no more, and needs a snapshot
    /// (section 7).
    /// </summary>
    [Fact]
    public void Leader_CompactedLogAndAnOlderTermAtItsStart_AsksForASnapshotAfterOneRejection()
    {
        (SingleModule n1, AppendEntriesMessage probe) = CompactedLeader(previousTerm: 5);

        RaftMessage[] sent = n1.Deliver(Make.Reject(probe, lastIndex: 6, conflictIndex: 6, conflictTerm: 2));

        Assert.Empty(sent);
        Assert.Equal(new ChunkLoadRequest("n2", n1.Module.Term, null, 0, 256 << 10), Assert.Single(n1.Node.ChunkLoads));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(7, 0, 7)]
    [InlineData(7, 3, 7)]
    [InlineData(7, 9, 9)]
    public void InitialTerm_AndStoredTerm_TheLargerCounts(long initial, long stored, long term)
    {
        SingleModule n1 = new(settings: Settings.Plain with { InitialTerm = initial }, term: stored, votedFor: "n2");

        Assert.Equal(term, n1.Module.Term);
        Assert.Equal(stored >= initial ? "n2" : null, n1.Module.VotedFor?.Value);
    }

    [Fact]
    public void InitialTerm_Raised_IsWrittenBeforeAnythingIsAnswered()
    {
        SingleModule n1 = new(settings: Settings.Plain with { InitialTerm = 7 });

        Assert.Equal(new HardState(7, null), n1.Disk.HardState);
        Assert.False(n1.Deliver(Make.RequestVote("n2", 6, 0, 0)).VoteGranted);
        Assert.All(n1.TimeOut(), request => Assert.Equal(8, request.Term));
    }

    [Fact]
    public void InitialTerm_EqualToTheStored_KeepsTheVote()
    {
        SingleModule n1 = new(settings: Settings.Plain with { InitialTerm = 4 }, term: 4, votedFor: "n2");

        Assert.False(n1.Deliver(Make.RequestVote("n3", 4, 0, 0)).VoteGranted);
    }

    [Fact]
    public void Options_Contradictions_AreRefused()
    {
        Settings good = Settings.Default;
        NodeId[] ids = Settings.Ids(3);

        Assert.All(
            [
                good.For("n9", ids),
                (good with { InitialTerm = -1 }).For("n1", ids),
                (good with { InitialTerm = long.MaxValue }).For("n1", ids),
                (good with { HeartbeatInterval = TimeSpan.FromSeconds(1) }).For("n1", ids),
                (good with { HeartbeatInterval = TimeSpan.Zero }).For("n1", ids),
                (good with { CommitNoticeDelay = TimeSpan.MaxValue }).For("n1", ids),
                (good with { MinimumElectionTimeout = TimeSpan.FromSeconds(5) }).For("n1", ids),
                (good with { MaximumMessageEntries = 0 }).For("n1", ids),
                (good with { MaximumMessageBytes = 0 }).For("n1", ids),
                (good with { MaximumInFlightMessages = 0 }).For("n1", ids),
                (good with { MaximumInFlightBytes = 0 }).For("n1", ids),
                (good with { MaximumUncommittedBytes = 0 }).For("n1", ids),
                (good with { MaximumCachedEntries = 0 }).For("n1", ids),
            ],
            options => Assert.Throws<ArgumentException>(() => new ConsensusModule(options)));
    }

    [Fact]
    public void Recover_ConfigurationThatCannotBeRead_Throws()
    {
        ConsensusModule module = new(Settings.Plain.For("n1", Settings.Ids(3)), new HardState(1, null));
        LogEntry[] entries = [.. Make.Entries(1), new(1, EntryKind.Configuration, default, DateTimeOffset.UnixEpoch)];

        UnsupportedEntryException refusal = Assert.Throws<UnsupportedEntryException>(() => module.Recover(entries));

        Assert.StartsWith("Entry 2 of the stored log is a configuration of the cluster that", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A leader whose log starts after index 3, and its first message to n2.</summary>
    private static (SingleModule N1, AppendEntriesMessage Probe) CompactedLeader(long previousTerm)
    {
        SingleModule n1 = new(voters: 2);
        n1.Disk.Preset(new HardState(5, null), Make.Entries(5, 5, 5, 5), previousIndex: 3, previousTerm);
        n1.Node.Restart();
        n1.Node.AnswersSnapshotLoads = false;
        n1.Lead();
        AppendEntriesMessage probe = n1.TakeSent<AppendEntriesMessage>().Single();
        Assert.Equal(7, probe.PrevLogIndex);
        return (n1, probe);
    }
}
