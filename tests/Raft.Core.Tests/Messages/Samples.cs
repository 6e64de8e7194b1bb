using System.Buffers;
using System.Text;
using Raft.Consensus;

namespace Raft.Tests.Messages;

/// <summary>Messages to test the codec with, and what it means that two of them are equal.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Its bytes on the wire are 0 to 15.</summary>
    public static readonly UInt128 Checksum = new(0x0F0E0D0C_0B0A0908, 0x07060504_03020100);

    /// <summary>A sender with a volatile store, in a cluster whose identity is 16 to 31 on the wire.</summary>
    public static readonly MessageOrigin Origin = new(
        "raft", new ClusterIdentity(new(0x1F1E1D1C_1B1A1918, 0x17161514_13121110)), Store: null, OptionsDigest: 9);

    /// <summary>A sender that says everything that a sender can say about itself.</summary>
    public static readonly MessageOrigin Durable = Origin with
    {
        Identity = Origin.Identity! with { Generation = 2 },
        Store = new StoreIdentity(new Guid("00010203-0405-0607-0809-0a0b0c0d0eff"), Opening: 5),
        OptionsDigest = ulong.MaxValue,
    };

    private static readonly SortedDictionary<string, RaftMessage> ByName = new(StringComparer.Ordinal)
    {
        ["append entries"] = Append(
            new LogEntry(3, EntryKind.NoOp, default, Noon),
            new LogEntry(3, EntryKind.Command, Encoding.UTF8.GetBytes("hello"), Noon.AddTicks(1)),
            new LogEntry(4, EntryKind.Command, new byte[] { 0, 255 }, DateTimeOffset.MinValue),
            new LogEntry(long.MaxValue, EntryKind.NoOp, new byte[] { 7 }, DateTimeOffset.MaxValue)),
        ["append entries with large data"] =
            Append(new LogEntry(1, EntryKind.Command, Pattern(1 << 20), Noon), new LogEntry(1, EntryKind.Command, Pattern(3), Noon)),
        ["append entries with many entries"] =
            Append([.. Enumerable.Range(0, 4_096).Select(i => new LogEntry(i, EntryKind.Command, Pattern(i % 9), Noon.AddTicks(i)))]),
        ["append entries without entries"] = Append(),
        ["append entries reply, rejection"] = AppendReply() with { Success = false, LastIndex = 4, ConflictIndex = 3, ConflictTerm = 2 },
        ["append entries reply, success"] = AppendReply(),
        ["append entries reply, stopping"] = AppendReply() with { IsStopping = true, AppliedIndex = 6, SentAtTicks = Noon.UtcTicks },
        ["identity refusal"] = Refusal(),
        ["identity refusal, members not known"] = Refusal() with { FirstMembers = NodeSet.Empty },
        ["install snapshot"] = Install(),
        ["install snapshot, large part"] = Install() with
        {
            Length = long.MaxValue,
            Offset = 1 << 20,
            Header = default,
            Data = Pattern(1 << 20),
            Checksum = UInt128.MaxValue,
        },
        ["install snapshot, nothing in it"] = Install() with { Header = default, Data = default },
        ["install snapshot reply, installed"] = InstallReply() with { NextOffset = 0, Reason = SnapshotReplyReason.Installed },
        ["install snapshot reply, part stored"] = InstallReply(),
        ["largest numbers"] = AppendReply() with
        {
            Term = long.MaxValue,
            Correlation = long.MaxValue,
            PrevLogIndex = long.MaxValue,
            LastIndex = long.MaxValue,
            ConflictIndex = long.MaxValue,
            ConflictTerm = long.MaxValue,
        },
        ["longest names"] = Vote() with
        {
            Origin = Origin with { ClusterId = new string('c', ushort.MaxValue) },
            From = new string('€', NodeId.MaximumLength),
            To = new string('x', NodeId.MaximumLength),
        },
        ["names in unicode"] = Vote() with
        {
            Origin = Origin with { ClusterId = "Straße \0 \uFEFF" },
            From = "узел-1",
            To = "节点🚀",
        },
        ["pre-vote"] = Vote() with { IsPreVote = true },
        ["pre-vote reply"] = VoteReply() with { VoteGranted = false, IsPreVote = true },
        ["read index reply"] = ReadIndexReply(),
        ["read index request"] = ReadIndexRequest(),
        ["request vote"] = Vote(),
        ["request vote, first members"] = Vote() with { FirstMembers = new NodeSet(["n1", "узел"]) },
        ["request vote, from a durable store"] = Vote() with { Origin = Durable, SentAtTicks = Noon.UtcTicks },
        ["request vote, transfer"] = Vote() with { IsTransfer = true },
        ["request vote reply"] = VoteReply(),
        ["request vote reply, follows a leader"] = VoteReply() with { VoteGranted = false, Leader = "n3" },
        ["setup reply"] = SetupReply(),
        ["setup reply, neither leader nor values"] = SetupReply() with { Leader = null, ListsReceiver = false, Values = [] },
        ["setup request"] = SetupRequest(),
        ["state digest"] = StateDigest(),
        ["state digest, nothing in it"] = StateDigest() with { AgreedIndex = 0, Digests = [] },
        ["state digest, as many as there may be"] = StateDigest() with
        {
            Digests = [.. Enumerable.Range(1, 16).Select(static index => new IndexedDigest(index, (ulong)index * 257))],
        },
        ["state digest reply"] = StateDigestReply() with { Divergence = null },
        ["state digest reply, no majority"] = StateDigestReply() with
        {
            Divergence = StateDigestReply().Divergence! with { HasMajority = false },
        },
        ["state digest reply, states differ"] = StateDigestReply(),
        ["timeout now"] = TimeoutNow(),
        ["timeout now reply"] = TimeoutNowReply(),
        ["smallest"] = new RequestVoteReplyMessage
        {
            Origin = new MessageOrigin("", Identity: null),
            From = "a",
            To = "b",
            Term = 0,
            VoteGranted = false,
        },
    };

    public static TheoryData<string> Names => [.. ByName.Keys];

    /// <summary>All but the large ones, for tests that go through a message byte by byte.</summary>
    public static IEnumerable<RaftMessage> Small => ByName.Values.Where(message => MessageCodec.GetByteCount(message) < 1_000);

    public static RaftMessage Get(string name) => ByName[name];

    public static AppendEntriesMessage Append(params LogEntry[] entries) => new()
    {
        Origin = Origin,
        From = "n1",
        To = "n2",
        Term = 6,
        Correlation = 42,
        PrevLogIndex = 10,
        PrevLogTerm = 2,
        LeaderCommit = 9,
        Entries = entries,
    };

    public static InstallSnapshotMessage Install() => new()
    {
        Origin = Origin,
        From = "n1",
        To = "n2",
        Term = 7,
        Correlation = 9,
        LastIncludedIndex = 20,
        LastIncludedTerm = 6,
        Checksum = Checksum,
        Length = 300,
        Offset = 0,
        Header = new byte[] { 1, 254 },
        Data = Encoding.UTF8.GetBytes("state"),
    };

    private static RequestVoteMessage Vote() => new()
    {
        Origin = Origin,
        From = "n1",
        To = "n2",
        Term = 5,
        Correlation = 6,
        LastLogIndex = 7,
        LastLogTerm = 4,
    };

    private static RequestVoteReplyMessage VoteReply() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 5,
        Correlation = 6,
        VoteGranted = true,
    };

    private static AppendEntriesReplyMessage AppendReply() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 7,
        Correlation = 9,
        Success = true,
        PrevLogIndex = 5,
        LastIndex = 8,
    };

    private static InstallSnapshotReplyMessage InstallReply() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 7,
        Correlation = 9,
        LastIncludedIndex = 20,
        LastIncludedTerm = 6,
        Checksum = Checksum,
        NextOffset = 5,
    };

    private static TimeoutNowMessage TimeoutNow() => new()
    {
        Origin = Origin,
        From = "n1",
        To = "n2",
        Term = 5,
        Correlation = 6,
        LastLogIndex = 7,
        LastLogTerm = 4,
    };

    private static TimeoutNowReplyMessage TimeoutNowReply() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 5,
        Correlation = 6,
        Reason = TimeoutNowRefusal.Stopping,
    };

    private static SetupRequestMessage SetupRequest() => new() { Origin = Origin, From = "n2", To = "n1", Term = 5, Correlation = 6 };

    private static SetupReplyMessage SetupReply() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 5,
        Correlation = 6,
        ListsReceiver = true,
        Leader = "n3",
        Values = [new SetupValue("PreVote", "true"), new SetupValue("Version", string.Empty)],
    };

    private static ReadIndexRequestMessage ReadIndexRequest() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 5,
        Correlation = 6,
        Moment = 258,
    };

    private static ReadIndexReplyMessage ReadIndexReply() => new()
    {
        Origin = Origin,
        From = "n1",
        To = "n2",
        Term = 5,
        Correlation = 6,
        Moment = 258,
        ReadIndex = 7,
    };

    private static StateDigestMessage StateDigest() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 5,
        AgreedIndex = 4,
        Digests = [new IndexedDigest(8, 258), new IndexedDigest(12, ulong.MaxValue)],
    };

    private static StateDigestReplyMessage StateDigestReply() => new()
    {
        Origin = Origin,
        From = "n1",
        To = "n2",
        Term = 5,
        ReceivedIndex = 12,
        AgreedIndex = 8,
        Divergence = new StateDivergence
        {
            AgreedIndex = 8,
            DifferingIndex = 12,
            HasMajority = true,
            Sides = [new StateDivergenceSide(259, new NodeSet(["n1", "n3"])), new StateDivergenceSide(1, new NodeSet(["n2"]))],
        },
    };

    private static IdentityRefusalMessage Refusal() => new()
    {
        Origin = Origin,
        From = "n2",
        To = "n1",
        Term = 5,
        Correlation = 6,
        FirstMembers = new NodeSet(["n2", "n3"]),
    };

    public static byte[] Encode(RaftMessage message)
    {
        ArrayBufferWriter<byte> buffer = new();
        MessageCodec.Write(message, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Records compare memory by where it lies; a message that went over a wire has other memory with the same content.</summary>
    public static void AssertSame(RaftMessage expected, RaftMessage actual)
    {
        if (expected is AppendEntriesMessage expectedAppend && actual is AppendEntriesMessage actualAppend)
        {
            Assert.Equal(expectedAppend.Entries.Length, actualAppend.Entries.Length);
            for (int i = 0; i < expectedAppend.Entries.Length; i++)
            {
                LogEntry expectedEntry = expectedAppend.Entries.Span[i];
                LogEntry actualEntry = actualAppend.Entries.Span[i];
                Assert.True(expectedEntry.Data.Span.SequenceEqual(actualEntry.Data.Span), $"data of entry {i}");
                Assert.Equal(expectedEntry with { Data = default }, actualEntry with { Data = default });
                Assert.Equal(TimeSpan.Zero, actualEntry.Time.Offset);
            }

            Assert.Equal(expectedAppend with { Entries = default }, actualAppend with { Entries = default });
            return;
        }

        if (expected is InstallSnapshotMessage expectedInstall && actual is InstallSnapshotMessage actualInstall)
        {
            Assert.True(expectedInstall.Header.Span.SequenceEqual(actualInstall.Header.Span), "header");
            Assert.True(expectedInstall.Data.Span.SequenceEqual(actualInstall.Data.Span), "data");
            Assert.Equal(
                expectedInstall with { Header = default, Data = default },
                actualInstall with { Header = default, Data = default });
            return;
        }

        if (expected is SetupReplyMessage expectedSetup && actual is SetupReplyMessage actualSetup)
        {
            Assert.Equal(expectedSetup.Values, actualSetup.Values);
            Assert.Equal(expectedSetup with { Values = [] }, actualSetup with { Values = [] });
            return;
        }

        if (expected is StateDigestMessage expectedReport && actual is StateDigestMessage actualReport)
        {
            Assert.Equal(expectedReport.Digests, actualReport.Digests);
            Assert.Equal(expectedReport with { Digests = [] }, actualReport with { Digests = [] });
            return;
        }

        if (expected is StateDigestReplyMessage { Divergence: { } expectedDifference } expectedReply
            && actual is StateDigestReplyMessage { Divergence: { } actualDifference } actualReply)
        {
            Assert.Equal(expectedDifference.Sides, actualDifference.Sides);
            Assert.Equal(expectedDifference with { Sides = [] }, actualDifference with { Sides = [] });
            Assert.Equal(expectedReply with { Divergence = null }, actualReply with { Divergence = null });
            return;
        }

        Assert.Equal(expected, actual);
    }

    /// <summary>Bytes that differ from their neighbors.</summary>
    public static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 31))];
}
