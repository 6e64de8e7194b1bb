using System.Buffers.Binary;

namespace Raft.Tests.Messages;

public class MessageCodecGarbageTests
{
    /// <summary>Where the parts of a message lie whose cluster id is "raft" and whose node ids have two characters.</summary>
    private const int TermOffset = 7, CorrelationOffset = 15, SentAtOffset = 23, ClusterOffset = 31, FromOffset = 37;
    private const int OriginOffset = 45, BodyOffset = OriginOffset + 29;
    private const int CountOffset = BodyOffset + 24, FirstEntryOffset = CountOffset + 4;
    private const int SnapshotLengthOffset = BodyOffset + 32;
    private const int SnapshotHeaderOffset = SnapshotLengthOffset + 24;
    private const int SnapshotDataOffset = SnapshotHeaderOffset + 6;

    [Fact]
    public void Read_EveryTruncation_SaysThatTheMessageEnds()
    {
        foreach (RaftMessage message in Samples.Small)
        {
            byte[] bytes = Samples.Encode(message);
            for (int length = 0; length < bytes.Length; length++)
            {
                AssertRefused(bytes.AsMemory(0, length));
            }
        }
    }

    [Fact]
    public void Read_MoreBytesThanTheMessage_IsRefused()
    {
        foreach (RaftMessage message in Samples.Small)
        {
            byte[] bytes = Samples.Encode(message);
            MessageFormatException exception = AssertRefused((byte[])[.. bytes, 0]);
            Assert.Contains("1 bytes follow the end", exception.Message, StringComparison.Ordinal);
            Assert.Equal(bytes.Length, exception.Offset);
        }
    }

    /// <summary>An entry takes 21 bytes at least, so there cannot be as many entries as bytes, and no memory is taken for them.</summary>
    [Fact]
    public void Read_AsManyEntriesAsBytesAreLeft_IsRefusedBeforeMemoryIsTaken()
    {
        byte[] bytes = [.. Samples.Encode(Samples.Get("append entries"))[..FirstEntryOffset], .. new byte[1 << 20]];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(CountOffset), 1 << 20);
        AssertRefused(bytes); // whatever is needed once is there now

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isRead = MessageCodec.TryRead(bytes, out _);

        Assert.False(isRead);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 10);
    }

    [Theory]
    [InlineData("append entries", 0, 0, "does not start with RAFT", 0)]
    [InlineData("append entries", 3, 0, "does not start with RAFT", 0)]
    [InlineData("append entries", 4, 0, "version 0, and this node reads version 1", 4)]
    [InlineData("append entries", 4, 2, "version 2, and this node reads version 1", 4)]
    [InlineData("append entries", 5, 0, "type is 0", 5)]
    [InlineData("append entries", 5, 16, "type is 16", 5)]
    [InlineData("state digest", 6, 1, "flags are 1", 6)]
    [InlineData("state digest reply", 6, 4, "flags are 4", 6)]
    [InlineData("state digest", BodyOffset + 8, 17, "number of digests is 17", BodyOffset + 8)]
    [InlineData("state digest reply, states differ", BodyOffset + 32, 200, "number of different states is 200", BodyOffset + 32)]
    [InlineData("append entries", 5, 255, "type is 255", 5)]
    [InlineData("append entries", 6, 1, "flags are 1", 6)]
    [InlineData("request vote", 6, 4, "flags are 4", 6)]
    [InlineData("request vote reply", 6, 8, "flags are 8", 6)]
    [InlineData("append entries reply, success", 6, 3, "flags are 3", 6)]
    [InlineData("install snapshot", 6, 1, "flags are 1", 6)]
    [InlineData("install snapshot reply, installed", 6, 1, "flags are 1", 6)]
    [InlineData("timeout now", 6, 1, "flags are 1", 6)]
    [InlineData("timeout now reply", 6, 1, "flags are 1", 6)]
    [InlineData("identity refusal", 6, 1, "flags are 1", 6)]
    [InlineData("setup request", 6, 1, "flags are 1", 6)]
    [InlineData("setup reply", 6, 4, "flags are 4", 6)]
    [InlineData("setup reply, neither leader nor values", BodyOffset, 65, "number of options is 65", BodyOffset)]
    [InlineData("request vote", OriginOffset, 8, "flags of the sender are 8", OriginOffset)]
    [InlineData("install snapshot reply, installed", BodyOffset + 40, 8, "reason is 8", BodyOffset + 40)]
    [InlineData("timeout now reply", BodyOffset, 5, "reason is 5", BodyOffset)]
    [InlineData("append entries", FromOffset + 2, 0xFF, "sender's id is not valid UTF-8", FromOffset)]
    [InlineData("append entries", ClusterOffset + 2, 0x80, "cluster id is not valid UTF-8", ClusterOffset)]
    [InlineData("append entries", FirstEntryOffset + 16, 3, "kind of an entry is 3", FirstEntryOffset + 16)]
    [InlineData("append entries", FirstEntryOffset + 16, 4, "kind of an entry is 4", FirstEntryOffset + 16)]
    [InlineData("append entries", FirstEntryOffset + 16, 255, "kind of an entry is 255", FirstEntryOffset + 16)]
    public void Read_OneWrongByte_SaysWhatIsWrongAndWhere(string name, int offset, byte value, string problem, int problemOffset)
    {
        byte[] bytes = Samples.Encode(Samples.Get(name));
        bytes[offset] = value;

        MessageFormatException exception = AssertRefused(bytes);

        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"(at byte {problemOffset} of {bytes.Length})", exception.Message, StringComparison.Ordinal);
        Assert.Equal(problemOffset, exception.Offset);
    }

    /// <summary>A node computes with it: it must be a time.</summary>
    [Fact]
    public void Read_TimeOfSendingAfterTheYear9999_IsRefused()
    {
        byte[] bytes = Samples.Encode(Samples.Get("request vote"));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SentAtOffset), DateTimeOffset.MaxValue.UtcTicks);
        Assert.Equal(DateTimeOffset.MaxValue.UtcTicks, MessageCodec.Read(bytes).SentAtTicks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SentAtOffset), DateTimeOffset.MaxValue.UtcTicks + 1);

        MessageFormatException exception = AssertRefused(bytes);

        Assert.Contains("beyond the year 9999", exception.Message, StringComparison.Ordinal);
        Assert.Equal(SentAtOffset, exception.Offset);
    }

    [Theory]
    [InlineData("request vote", TermOffset, "term")]
    [InlineData("request vote", CorrelationOffset, "correlation")]
    [InlineData("request vote", SentAtOffset, "time of sending")]
    [InlineData("request vote, from a durable store", OriginOffset + 45, "opening of the store")]
    [InlineData("append entries reply, success", BodyOffset + 32, "applied index")]
    [InlineData("install snapshot", SnapshotLengthOffset + 16, "leader's commit index")]
    [InlineData("state digest", BodyOffset, "agreed index")]
    [InlineData("state digest", BodyOffset + 12, "index of a digest")]
    [InlineData("state digest reply", BodyOffset, "received index")]
    [InlineData("state digest reply", BodyOffset + 8, "agreed index")]
    [InlineData("state digest reply, states differ", BodyOffset + 16, "last index of the same states")]
    [InlineData("state digest reply, states differ", BodyOffset + 24, "first index of different states")]
    [InlineData("timeout now", BodyOffset, "last log index")]
    [InlineData("timeout now", BodyOffset + 8, "last log term")]
    [InlineData("request vote", BodyOffset, "last log index")]
    [InlineData("request vote", BodyOffset + 8, "last log term")]
    [InlineData("append entries", BodyOffset, "previous log index")]
    [InlineData("append entries", BodyOffset + 8, "previous log term")]
    [InlineData("append entries", BodyOffset + 16, "leader's commit index")]
    [InlineData("append entries", FirstEntryOffset, "term of an entry")]
    [InlineData("append entries", FirstEntryOffset + 8, "time of an entry")]
    [InlineData("append entries reply, success", BodyOffset, "previous log index")]
    [InlineData("append entries reply, success", BodyOffset + 8, "last index")]
    [InlineData("append entries reply, success", BodyOffset + 16, "conflict index")]
    [InlineData("append entries reply, success", BodyOffset + 24, "conflict term")]
    [InlineData("install snapshot", BodyOffset, "last included index")]
    [InlineData("install snapshot", BodyOffset + 8, "last included term")]
    [InlineData("install snapshot", SnapshotLengthOffset, "length of the snapshot")]
    [InlineData("install snapshot", SnapshotLengthOffset + 8, "offset in the snapshot")]
    [InlineData("install snapshot reply, installed", BodyOffset, "last included index")]
    [InlineData("install snapshot reply, installed", BodyOffset + 8, "last included term")]
    [InlineData("install snapshot reply, installed", BodyOffset + 32, "next offset")]
    public void Read_NegativeNumber_IsRefused(string name, int offset, string what)
    {
        foreach (long value in (long[])[-1, long.MinValue])
        {
            byte[] bytes = Samples.Encode(Samples.Get(name));
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(offset), value);

            MessageFormatException exception = AssertRefused(bytes);

            Assert.Contains($"the {what} is {value}", exception.Message, StringComparison.Ordinal);
            Assert.Equal(offset, exception.Offset);
        }
    }

    [Fact]
    public void Read_TimeBeyondTheCalendar_IsRefused()
    {
        byte[] bytes = Samples.Encode(Samples.Get("append entries"));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(FirstEntryOffset + 8), DateTimeOffset.MaxValue.UtcTicks + 1);

        MessageFormatException exception = AssertRefused(bytes);

        Assert.Contains("beyond the year 9999", exception.Message, StringComparison.Ordinal);
        Assert.Equal(FirstEntryOffset + 8, exception.Offset);
    }

    [Theory]
    [InlineData("", "sender's id is blank")]
    [InlineData(" \t", "sender's id is blank")]
    public void Read_BlankId_IsRefused(string id, string problem)
    {
        MessageFormatException exception = AssertRefused(WithSender(id));
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Equal(FromOffset, exception.Offset);
    }

    [Fact]
    public void Read_IdTooLong_IsRefused()
    {
        MessageFormatException exception = AssertRefused(WithSender(new string('x', NodeId.MaximumLength + 1)));
        Assert.Contains("has 256 characters", exception.Message, StringComparison.Ordinal);
        Assert.Equal(FromOffset, exception.Offset);
    }

    [Theory]
    [InlineData("append entries", CountOffset, 5)] // one more than there are
    [InlineData("append entries", CountOffset, 1_000_000)]
    [InlineData("append entries", CountOffset, int.MaxValue)]
    [InlineData("append entries", CountOffset, uint.MaxValue)]
    [InlineData("append entries", FirstEntryOffset + 17, 1_000)]
    [InlineData("append entries", FirstEntryOffset + 17, int.MaxValue)]
    [InlineData("append entries", FirstEntryOffset + 17, uint.MaxValue)]
    [InlineData("request vote", BodyOffset + 16, 1)] // members
    [InlineData("identity refusal", BodyOffset, 3)]
    [InlineData("identity refusal", BodyOffset, uint.MaxValue)]
    [InlineData("install snapshot", SnapshotHeaderOffset, 12)] // one more than there are
    [InlineData("install snapshot", SnapshotHeaderOffset, uint.MaxValue)]
    [InlineData("install snapshot", SnapshotDataOffset, 6)] // one more than there are
    [InlineData("install snapshot", SnapshotDataOffset, int.MaxValue)]
    [InlineData("install snapshot", SnapshotDataOffset, uint.MaxValue)]
    public void Read_CountBeyondTheBytes_IsRefusedWithoutAllocatingForIt(string name, int offset, uint count)
    {
        byte[] bytes = Samples.Encode(Samples.Get(name));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), count);
        AssertRefused(bytes);

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool read = MessageCodec.TryRead(bytes, out _);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.False(read);
        Assert.InRange(allocated, 0, 4_096);
    }

    [Fact]
    public void Read_AnyMutation_AllocatesInProportionToTheBytes()
    {
        Random random = new(7);
        byte[][] originals = [.. Samples.Small.Select(Samples.Encode)];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Mutate(originals[random.Next(originals.Length)], random);

            long before = GC.GetAllocatedBytesForCurrentThread();
            MessageCodec.TryRead(bytes, out _);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.True(allocated <= 4_096 + (8 * bytes.Length), $"{allocated} bytes for a message of {bytes.Length}");
        }
    }

    [Fact]
    public void Read_MutatedMessages_GivesAMessageOrAFormatException()
    {
        Random random = new(11);
        byte[][] originals = [.. Samples.Small.Select(Samples.Encode)];
        int refused = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] bytes = Mutate(originals[random.Next(originals.Length)], random);
            if (MessageCodec.TryRead(bytes, out RaftMessage? message))
            {
                // Whatever is understood has exactly one form on the wire.
                Assert.Equal(bytes, Samples.Encode(message));
                Samples.AssertSame(message, MessageCodec.Read(bytes));
            }
            else
            {
                refused++;
                if (i % 10 == 0) // exceptions are slow
                {
                    AssertRefused(bytes);
                }
            }
        }

        Assert.InRange(refused, 5_000, 29_000);
    }

    [Fact]
    public void Read_RandomBytes_AreRefused()
    {
        Random random = new(13);
        byte[] header = [.. "RAFT"u8, 1];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (i % 2 == 0 && bytes.Length > 6)
            {
                header.CopyTo(bytes, 0);
                bytes[5] = (byte)random.Next(1, 10);
                bytes[6] = 0;
            }

            Assert.False(MessageCodec.TryRead(bytes, out RaftMessage? message));
            Assert.Null(message);
        }
    }

    private static MessageFormatException AssertRefused(ReadOnlyMemory<byte> bytes)
    {
        Assert.False(MessageCodec.TryRead(bytes, out RaftMessage? message));
        Assert.Null(message);
        return Assert.Throws<MessageFormatException>(() => MessageCodec.Read(bytes));
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
                case 3 when bytes.Length > 1:
                    bytes = [.. bytes[..at], .. bytes[(at + 1)..]];
                    break;
                default:
                    bytes.AsSpan(at, Math.Min(4, bytes.Length - at)).Fill(byte.MaxValue);
                    break;
            }
        }

        return bytes;
    }

    /// <summary>A message whose sender's id no <see cref="NodeId"/> could hold.</summary>
    private static byte[] WithSender(string id)
    {
        byte[] bytes = Samples.Encode(Samples.Get("request vote"));
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)id.Length);
        return [.. bytes[..FromOffset], .. length, .. id.Select(character => (byte)character), .. bytes[(FromOffset + 4)..]];
    }
}
