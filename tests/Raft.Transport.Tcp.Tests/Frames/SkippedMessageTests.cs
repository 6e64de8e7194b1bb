using System.Buffers.Binary;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Messages that arrive before a node of their sender is accepted.</summary>
public sealed class SkippedMessageTests
{
    private readonly TestReceiver _n1 = new("n1", []);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LargeMessage_WhileNoNodeIsAccepted_IsSkippedWithoutMemory(bool hasChecksum)
    {
        byte[] message = FrameSamples.Message(hasChecksum, Messages.Append(_n1, "n2", 1, entries: 1, size: 4_000_000));
        byte[] bytes = [.. message, .. FrameSamples.Control(hasChecksum, FrameKind.Ping, PingNumber.Encode(7))];
        FrameReader reader = new(hasChecksum, 8_000_000) { KeepsMessages = static () => false };
        long before = GC.GetAllocatedBytesForCurrentThread();

        List<Frame> frames = FrameSamples.Feed(reader, bytes);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal([FrameKind.MessageWithData, FrameKind.Ping], frames.Select(static frame => frame.Kind));
        Assert.Equal([true, false], frames.Select(static frame => frame.IsSkipped));
        Assert.False(reader.IsInFrame);
    }

    [Fact]
    public void LargeMessage_ThatIsSkippedAndDamaged_EndsTheConnection()
    {
        byte[] bytes = FrameSamples.Message(hasChecksum: true, Messages.Append(_n1, "n2", 1, entries: 1, size: 200_000));
        bytes[^1] ^= 1;
        FrameReader reader = new(hasChecksum: true, 8_000_000) { KeepsMessages = static () => false };

        Assert.Throws<FrameException>(() => FrameSamples.Feed(reader, bytes));
    }

    [Fact]
    public void HeadOfALargeMessage_AllocatesItsMemoryOnlyOnceANodeIsAccepted()
    {
        bool isAccepted = false;
        byte[] head = new byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(head, 4_000_000);
        head[FrameFormat.KindOffset] = (byte)FrameKind.MessageWithData;

        Assert.InRange(Allocate(), 0, 100_000);
        isAccepted = true;
        Assert.InRange(Allocate(), 4_000_000, 5_000_000);

        long Allocate()
        {
            FrameReader reader = new(hasChecksum: false, 8_000_000) { KeepsMessages = () => isAccepted };
            long before = GC.GetAllocatedBytesForCurrentThread();
            FrameSamples.Feed(reader, head);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
