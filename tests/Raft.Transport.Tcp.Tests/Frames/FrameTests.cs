using System.Buffers.Binary;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Frames as bytes: what <c>docs/wire-format.md</c> says, and what becomes of damaged ones.</summary>
public sealed class FrameTests
{
    private const int Limit = 1 << 20;

    public static TheoryData<string, bool> Kinds
    {
        get
        {
            TheoryData<string, bool> kinds = [];
            foreach ((string name, _) in FrameSamples.All(hasChecksum: true))
            {
                kinds.Add(name, true);
                kinds.Add(name, false);
            }

            return kinds;
        }
    }

    [Fact]
    public void Checksum_OfTheCheckValue_IsCrc32C() => Assert.Equal(0xE3069283, Crc32C.Compute("123456789"u8));

    [Theory]
    [InlineData("announce", "2300000001d98103f204007261667402006e3101030201000504070608090a0b0c0d0e0f0300000000000000")]
    [InlineData("withdraw", "0a0000000254c06c2004007261667402006e31")]
    [InlineData("refuse node", "1b000000035149a88a04007261667402006e31050e00616e6f7468657220686173206974")]
    [InlineData("ping", "08000000048804921b0201000000000000")]
    [InlineData("pong", "0800000005c0d2acef0201000000000000")]
    [InlineData("goodbye", "0600000006377bb209010300627965")]
    [InlineData("missing", "0a00000007730502e104007261667402006e31")]
    [InlineData("open lane", "0100000008285765d701")]
    public void Frame_HasTheDocumentedBytes(string name, string bytes) =>
        Assert.Equal(bytes, Convert.ToHexStringLower(Sample(name, hasChecksum: true)));

    [Fact]
    public void Frame_WithoutChecksum_HasOnlyLengthAndKindBeforeItsContent() =>
        Assert.Equal("08000000" + "04" + "0201000000000000", Convert.ToHexStringLower(Sample("ping", hasChecksum: false)));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Frame_SplitAnywhere_IsReadUnchanged(string name, bool hasChecksum)
    {
        byte[] bytes = Sample(name, hasChecksum);
        for (int split = 0; split <= bytes.Length; split++)
        {
            FrameReader reader = new(hasChecksum, Limit);
            List<Frame> frames = [.. FrameSamples.Feed(reader, bytes.AsSpan(0, split)), .. FrameSamples.Feed(reader, bytes.AsSpan(split))];

            Frame frame = Assert.Single(frames);
            Assert.Equal(bytes[FrameFormat.HeadSize(hasChecksum)..], frame.Payload.ToArray());
            Assert.False(reader.IsInFrame);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Frame_TruncatedAnywhere_IsNotRead(string name, bool hasChecksum)
    {
        byte[] bytes = Sample(name, hasChecksum);
        for (int length = 1; length < bytes.Length; length++)
        {
            FrameReader reader = new(hasChecksum, Limit);

            Assert.Empty(FrameSamples.Feed(reader, bytes.AsSpan(0, length)));
            Assert.True(reader.IsInFrame);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Frame_WithChecksumAndAFlippedBit_IsNeverRead(string name, bool hasChecksum)
    {
        byte[] bytes = Sample(name, hasChecksum: true);
        for (int bit = 0; hasChecksum && bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            FrameReader reader = new(hasChecksum: true, Limit);
            List<Frame> frames = [];

            // Refused, or, where the length has grown, incomplete.
            Exception? refusal = Record.Exception(() => frames = FrameSamples.Feed(reader, damaged));

            Assert.Empty(frames);
            Assert.True(refusal is FrameException || (refusal is null && reader.IsInFrame), $"bit {bit}: {refusal}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Payload_WithAnyBitFlippedOrTruncated_IsReadOrRefused(string name, bool hasChecksum)
    {
        // What a peer sends that TLS has authenticated, or that computes checksums of nonsense.
        byte[] bytes = Sample(name, hasChecksum);
        FrameKind kind = (FrameKind)bytes[FrameFormat.KindOffset];
        byte[] payload = bytes[FrameFormat.HeadSize(hasChecksum)..];
        for (int bit = 0; bit < payload.Length * 8; bit++)
        {
            byte[] damaged = [.. payload];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            RequireReadOrRefused(kind, damaged);
        }

        for (int length = 0; length < payload.Length; length++)
        {
            RequireReadOrRefused(kind, payload[..length]);
        }
    }

    [Theory]
    [InlineData(1u << 31)]
    [InlineData(uint.MaxValue)] // -1
    [InlineData(Limit + 1)]
    public void Frame_LongerThanTheLimit_IsRefusedWithoutAnAllocation(uint length)
    {
        byte[] head = Sample("entries", hasChecksum: true);
        BinaryPrimitives.WriteUInt32LittleEndian(head, length);
        FrameReader reader = new(hasChecksum: true, Limit);
        head.CopyTo(reader.GetBuffer());
        reader.Advance(head.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<FrameException>(() => reader.TryRead(out _));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1_024);
    }

    [Fact]
    public void ControlFrame_LongerThanItsLimit_IsRefused()
    {
        byte[] bytes = FrameSamples.Control(hasChecksum: true, FrameKind.Announce, new byte[FrameFormat.MaximumControlLength + 1]);

        Assert.Throws<FrameException>(() => FrameSamples.Feed(new FrameReader(hasChecksum: true, Limit), bytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(18)]
    [InlineData(255)]
    public void Frame_OfAnUnknownKind_IsRefused(byte kind)
    {
        byte[] bytes = FrameSamples.Control(hasChecksum: false, (FrameKind)kind, [1, 2, 3]);

        Assert.Throws<FrameException>(() => FrameSamples.Feed(new FrameReader(hasChecksum: false, Limit), bytes));
    }

    [Fact]
    public void Entries_OfAMessage_AreSlicesOfOneArrayThatIsNotUsedAgain()
    {
        TestReceiver n1 = new("n1", []);
        byte[] bytes = FrameSamples.Message(hasChecksum: true, Messages.Append(n1, "n2", 1, entries: 50, size: 100));
        FrameReader reader = new(hasChecksum: true, Limit);
        Read(reader, bytes, out Frame frame);
        Assert.True(MessageCodec.TryRead(frame.Payload, out RaftMessage? message));
        ReadOnlyMemory<LogEntry> entries = ((AppendEntriesMessage)message).Entries;
        byte[] last = entries.Span[^1].Data.ToArray();

        for (int i = 0; i < 50; i++)
        {
            Read(reader, bytes, out _);
        }

        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(entries.Span[0].Data, out ArraySegment<byte> first));
        Assert.All(entries.ToArray(), entry =>
        {
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(entry.Data, out ArraySegment<byte> slice));
            Assert.Same(first.Array, slice.Array);
        });
        Assert.Equal(last, entries.Span[^1].Data.ToArray());
    }

    [Fact]
    public void LargeData_IsWrittenAsASegmentOfItsOwn_WithoutACopy()
    {
        byte[] data = new byte[100_000];
        TestReceiver n1 = new("n1", []);
        AppendEntriesMessage message = Messages.Heartbeat(n1, "n2", 1) with
        {
            Entries = new LogEntry[] { new(1, EntryKind.Command, data, DateTimeOffset.UnixEpoch) },
        };
        using FrameWriter writer = new(hasChecksum: true);

        writer.Write(message);

        Assert.Contains(writer.GetSegments(), segment => ReferenceEquals(segment.Array, data));
        Frame frame = Assert.Single(FrameSamples.Feed(new FrameReader(hasChecksum: true, Limit), FrameSamples.Join(writer)));
        Assert.Equal(MessageCodec.GetByteCount(message), frame.Payload.Length);
    }

    [Fact]
    public void ManyFrames_OfAllSizes_AreReadInOrder()
    {
        TestReceiver n1 = new("n1", []);
        using FrameWriter writer = new(hasChecksum: true);
        int[] sizes = [0, 1, 20, 4_000, 4_095, 4_096, 5_000, 60_000, 65_536, 70_000, 200_000, 3];
        for (int round = 0; round < 3; round++)
        {
            writer.Reset();
            for (int i = 0; i < sizes.Length; i++)
            {
                writer.Write(Messages.Append(n1, "n2", i, entries: 1 + (i % 3), sizes[i]));
                writer.Write(FrameKind.Ping, PingNumber.Encode(i));
            }

            List<Frame> frames = FrameSamples.Feed(new FrameReader(hasChecksum: true, Limit), FrameSamples.Join(writer));

            Assert.Equal(2 * sizes.Length, frames.Count);
            for (int i = 0; i < sizes.Length; i++)
            {
                Assert.True(MessageCodec.TryRead(frames[2 * i].Payload, out RaftMessage? message));
                Assert.Equal(i, message.Correlation);
                Assert.All(((AppendEntriesMessage)message).Entries.ToArray(), entry => Assert.Equal(sizes[i], entry.Data.Length));
                Assert.Equal(i, PingNumber.Decode(frames[(2 * i) + 1].Payload.Span));
            }
        }
    }

    private static void RequireReadOrRefused(FrameKind kind, byte[] payload)
    {
        ConnectionProtocol protocol = new(new IgnoringOwner());
        protocol.Handle(new Frame(FrameKind.Announce, new NodeAnnouncement(FrameSamples.Node, Store: null).Encode()));

        Exception? refusal = Record.Exception(() => protocol.Handle(new Frame(kind, payload)));

        Assert.True(refusal is null or FrameException, $"{refusal}");
    }

    private static void Read(FrameReader reader, byte[] bytes, out Frame frame)
    {
        int done = 0;
        while (!reader.TryRead(out frame))
        {
            Memory<byte> buffer = reader.GetBuffer();
            int count = Math.Min(buffer.Length, bytes.Length - done);
            bytes.AsMemory(done, count).CopyTo(buffer);
            reader.Advance(count);
            done += count;
        }
    }

    private static byte[] Sample(string name, bool hasChecksum) =>
        FrameSamples.All(hasChecksum).Single(sample => sample.Name == name).Bytes;
}
