using System.Buffers;
using System.Runtime.InteropServices;

namespace Raft.Tests.Messages;

public class MessageCodecRoundTripTests
{
    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void Read_WhatWasWritten_GivesTheSameMessage(string name)
    {
        RaftMessage message = Samples.Get(name);
        Samples.AssertSame(message, MessageCodec.Read(Samples.Encode(message)));
    }

    [Theory]
    [MemberData(nameof(Samples.Names), MemberType = typeof(Samples))]
    public void GetByteCount_AnyMessage_IsWhatWriteWrites(string name)
    {
        RaftMessage message = Samples.Get(name);
        Assert.Equal(Samples.Encode(message).Length, MessageCodec.GetByteCount(message));
    }

    [Fact]
    public void Read_TenThousandRandomMessages_GivesTheSameMessages()
    {
        Random random = new(20260203);
        for (int i = 0; i < 10_000; i++)
        {
            RaftMessage message = RandomMessages.Next(random);
            byte[] bytes = Samples.Encode(message);

            Assert.True(MessageCodec.TryRead(bytes, out RaftMessage? read));
            Samples.AssertSame(message, read);
            Assert.Equal(bytes, Samples.Encode(read));
        }
    }

    [Fact]
    public void Write_OutputWithSmallBlocks_GivesTheSameBytes()
    {
        foreach (RaftMessage message in Samples.Small)
        {
            StingyWriter output = new();
            MessageCodec.Write(message, output);
            Assert.Equal(Samples.Encode(message), output.Written);
        }
    }

    [Fact]
    public void Read_EntriesWithData_RefersToTheBytesInsteadOfCopying()
    {
        byte[] bytes = Samples.Encode(Samples.Get("append entries with large data"));

        AppendEntriesMessage message = Assert.IsType<AppendEntriesMessage>(MessageCodec.Read(bytes));

        foreach (LogEntry entry in message.Entries.Span)
        {
            Assert.True(MemoryMarshal.TryGetArray(entry.Data, out ArraySegment<byte> segment));
            Assert.Same(bytes, segment.Array);
        }
    }

    [Fact]
    public void Read_PartOfASnapshot_RefersToTheBytesInsteadOfCopying()
    {
        byte[] bytes = Samples.Encode(Samples.Install());

        InstallSnapshotMessage message = Assert.IsType<InstallSnapshotMessage>(MessageCodec.Read(bytes));

        foreach (ReadOnlyMemory<byte> part in (ReadOnlyMemory<byte>[])[message.Header, message.Data])
        {
            Assert.True(MemoryMarshal.TryGetArray(part, out ArraySegment<byte> segment));
            Assert.Same(bytes, segment.Array);
        }
    }

    [Fact]
    public void Read_MessageInTheMiddleOfABuffer_GivesTheSameMessage()
    {
        foreach (RaftMessage message in Samples.Small)
        {
            byte[] bytes = Samples.Encode(message);
            byte[] buffer = [1, 2, 3, .. bytes, 4, 5];
            Samples.AssertSame(message, MessageCodec.Read(buffer.AsMemory(3, bytes.Length)));
        }
    }

    [Fact]
    public void Write_EntryTimeWithAnOffset_KeepsTheInstantInUtc()
    {
        DateTimeOffset inTokyo = new(2026, 2, 3, 21, 0, 0, TimeSpan.FromHours(9));
        RaftMessage message = Samples.Append(new LogEntry(1, EntryKind.Command, default, inTokyo));

        AppendEntriesMessage read = Assert.IsType<AppendEntriesMessage>(MessageCodec.Read(Samples.Encode(message)));

        Assert.Equal(Samples.Noon, read.Entries.Span[0].Time);
        Assert.Equal(TimeSpan.Zero, read.Entries.Span[0].Time.Offset);
    }

    [Fact]
    public void Write_MessageThatCannotBeExpressed_ThrowsAndWritesNothing()
    {
        RequestVoteMessage good = (RequestVoteMessage)Samples.Get("request vote");
        RaftMessage[] bad =
        [
            good with { Term = -1 },
            good with { Correlation = -1 },
            good with { LastLogIndex = -1 },
            good with { LastLogTerm = -1 },
            good with { From = default },
            good with { To = default },
            good with { To = "half a pair \uD800" },
            good with { Origin = Samples.Origin with { ClusterId = "half a pair \uDC00" } },
            good with { Origin = Samples.Origin with { ClusterId = new string('c', ushort.MaxValue + 1) } },
            good with { Origin = Samples.Origin with { ClusterId = null! } },
            good with { Origin = null! },
            good with { Origin = Samples.Origin with { Identity = new ClusterIdentity(1, Generation: -1) } },
            good with { Origin = Samples.Origin with { Store = new StoreIdentity(default, Opening: -1) } },
            good with { SentAtTicks = -1 },
            good with { SentAtTicks = DateTimeOffset.MaxValue.UtcTicks + 1 },
            good with { FirstMembers = [default] },
            (RequestVoteReplyMessage)Samples.Get("request vote reply") with { Leader = default(NodeId) },
            (TimeoutNowMessage)Samples.Get("timeout now") with { LastLogIndex = -1 },
            (TimeoutNowMessage)Samples.Get("timeout now") with { LastLogTerm = -1 },
            (AppendEntriesReplyMessage)Samples.Get("append entries reply, success") with { AppliedIndex = -1 },
            Samples.Install() with { LeaderCommit = -1 },
            Samples.Append() with { PrevLogIndex = -1 },
            Samples.Append() with { PrevLogTerm = -1 },
            Samples.Append() with { LeaderCommit = -1 },
            Samples.Append(new LogEntry(1, EntryKind.Command, default, default), new LogEntry(-1, EntryKind.Command, default, default)),
            (AppendEntriesReplyMessage)Samples.Get("append entries reply, success") with { PrevLogIndex = -1 },
            (AppendEntriesReplyMessage)Samples.Get("append entries reply, success") with { LastIndex = -1 },
            (AppendEntriesReplyMessage)Samples.Get("append entries reply, success") with { ConflictIndex = -1 },
            (AppendEntriesReplyMessage)Samples.Get("append entries reply, success") with { ConflictTerm = -1 },
            Samples.Install() with { LastIncludedIndex = -1 },
            Samples.Install() with { LastIncludedTerm = -1 },
            Samples.Install() with { Length = -1 },
            Samples.Install() with { Offset = -1 },
            (InstallSnapshotReplyMessage)Samples.Get("install snapshot reply, installed") with { LastIncludedIndex = -1 },
            (InstallSnapshotReplyMessage)Samples.Get("install snapshot reply, installed") with { LastIncludedTerm = -1 },
            (InstallSnapshotReplyMessage)Samples.Get("install snapshot reply, installed") with { NextOffset = -1 },
        ];

        foreach (RaftMessage message in bad)
        {
            ArrayBufferWriter<byte> output = new();
            Assert.ThrowsAny<ArgumentException>(() => MessageCodec.Write(message, output));
            Assert.Equal(0, output.WrittenCount);
            Assert.ThrowsAny<ArgumentException>(() => MessageCodec.GetByteCount(message));
        }
    }

    /// <summary>Gives no more memory than is asked for, in a new place each time.</summary>
    private sealed class StingyWriter : IBufferWriter<byte>
    {
        private byte[] _block = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_block.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _block = new byte[Math.Max(1, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
