namespace Raft.Testing.Tests;

public sealed class TraceTests
{
    private static ulong HashOf(RaftMessage message)
    {
        Trace trace = new();
        trace.Add(TimeSpan.FromMilliseconds(1), "send", message);
        return trace.Hash;
    }

    [Fact]
    public void Hash_OfAGivenCourse_IsTheSameInEveryProcess()
    {
        Trace trace = new();
        trace.Add(TimeSpan.FromMilliseconds(1), "send", SampleMessages.Append("n1", "n2", 3, "first", "a second, longer one"));
        trace.Add(TimeSpan.FromMilliseconds(2), "send", SampleMessages.Vote("n2", "n1"));
        trace.Add(TimeSpan.FromMilliseconds(3), "timer", detail: 4);

        Assert.Equal(8919871491065877980UL, trace.Hash);
        Assert.Equal(3, trace.Count);
    }

    [Fact]
    public void Hash_OfMessagesThatDifferAnywhere_Differs()
    {
        AppendEntriesMessage append = SampleMessages.Append("n1", "n2", 3, "payload of some length", "b");
        RequestVoteMessage vote = SampleMessages.Vote("n1", "n2");
        AppendEntriesReplyMessage reply = new()
        {
            From = "n1",
            To = "n2",
            Origin = Origins.Of("raft"),
            Term = 1,
            Success = true,
            PrevLogIndex = 1,
            LastIndex = 2,
        };
        RequestVoteReplyMessage voteReply = new() { From = "n1", To = "n2", Origin = Origins.Of("raft"), Term = 1, VoteGranted = true };
        InstallSnapshotMessage install = SampleMessages.Install("n1", "n2");
        InstallSnapshotReplyMessage installReply = SampleMessages.InstallReply("n1", "n2");
        RaftMessage[] different =
        [
            append,
            append with { From = "n3" },
            append with { To = "n3" },
            append with { Origin = Origins.Of("other") },
            append with { Term = 2 },
            append with { Correlation = 1 },
            append with { PrevLogIndex = 4 },
            append with { PrevLogTerm = 4 },
            append with { LeaderCommit = 4 },
            append with { Entries = append.Entries[..1] },
            append with { Entries = new[] { SampleMessages.Entry("payload of some lengtH"), SampleMessages.Entry("b") } },
            append with { Entries = new[] { SampleMessages.Entry(2, "payload of some length"), SampleMessages.Entry("b") } },
            append with
            {
                Entries = new[]
                {
                    SampleMessages.Entry("payload of some length") with { Kind = EntryKind.NoOp },
                    SampleMessages.Entry("b"),
                },
            },
            vote,
            vote with { IsPreVote = true },
            vote with { LastLogIndex = 1 },
            vote with { LastLogTerm = 1 },
            reply,
            reply with { Success = false },
            reply with { PrevLogIndex = 2 },
            reply with { LastIndex = 3 },
            reply with { ConflictIndex = 1 },
            reply with { ConflictTerm = 1 },
            voteReply,
            voteReply with { VoteGranted = false },
            voteReply with { IsPreVote = true },
            install,
            install with { LastIncludedIndex = 10 },
            install with { LastIncludedTerm = 4 },
            install with { Checksum = 8 },
            install with { Checksum = new UInt128(7, 7) },
            install with { Length = 101 },
            install with { Offset = 41 },
            install with { Header = new byte[] { 1 } },
            install with { Data = new byte[] { 1, 2, 4 } },
            installReply,
            installReply with { LastIncludedIndex = 10 },
            installReply with { LastIncludedTerm = 4 },
            installReply with { Checksum = 8 },
            installReply with { NextOffset = 44 },
            installReply with { Reason = SnapshotReplyReason.Installed },
        ];

        Assert.Equal(different.Length, different.Select(HashOf).Distinct().Count());
    }

    [Fact]
    public void Hash_OfTheSameEventsInAnotherOrder_Differs()
    {
        Trace one = new();
        one.Add(TimeSpan.Zero, "a");
        one.Add(TimeSpan.Zero, "b");
        Trace other = new();
        other.Add(TimeSpan.Zero, "b");
        other.Add(TimeSpan.Zero, "a");

        Assert.NotEqual(one.Hash, other.Hash);
    }

    [Fact]
    public void RecentEvents_AfterMoreThanItKeeps_AreTheLastOnes()
    {
        Trace trace = new(recentEvents: 3);
        for (int i = 0; i < 10; i++)
        {
            trace.Add(TimeSpan.FromMilliseconds(i), "tick", "n1", i);
        }

        Assert.Equal(
            ["7.0000 ms  tick n1 7", "8.0000 ms  tick n1 8", "9.0000 ms  tick n1 9"], trace.RecentEvents.Select(line => line.Trim()));
        Assert.Empty(new Trace(recentEvents: 0).RecentEvents);
    }

    [Fact]
    public void RecentEvents_OfSnapshots_SayWhichPartAndWhatCameOfIt()
    {
        Trace trace = new();
        trace.Add(TimeSpan.FromMilliseconds(1), "send", SampleMessages.Install("n1", "n2"));
        trace.Add(TimeSpan.FromMilliseconds(2), "send", SampleMessages.InstallReply("n2", "n1"));
        trace.Add(TimeSpan.FromMilliseconds(3), "send", SampleMessages.InstallReply("n2", "n1") with { Reason = SnapshotReplyReason.Installed });

        Assert.Equal(
            [
                "1.0000 ms  send n1 -> n2 term 5 InstallSnapshot up to 9 of term 3: 3 bytes from 40 of 100",
                "2.0000 ms  send n2 -> n1 term 5 InstallSnapshot up to 9: continue from 43",
                "3.0000 ms  send n2 -> n1 term 5 InstallSnapshot up to 9: installed",
            ],
            trace.RecentEvents.Select(line => line.Trim()));
    }

    [Fact]
    public void RecentEvents_OfMessages_SayWhatTheyCarry()
    {
        Trace trace = new();
        trace.Add(TimeSpan.FromMilliseconds(1.5), "send", SampleMessages.Append("n1", "n2", 3, "x"));
        trace.Add(TimeSpan.FromMilliseconds(2), "send", SampleMessages.Vote("n2", "n1", term: 7) with { IsPreVote = true });

        Assert.Equal(
            [
                "1.5000 ms  send n1 -> n2 term 1 AppendEntries: 1 after 3 of term 0, commit 0",
                "2.0000 ms  send n2 -> n1 term 7 pre-vote: log ends at 0 of term 0",
            ],
            trace.RecentEvents.Select(line => line.Trim()));
    }
}
