namespace Raft.Transport.Tcp.Tests;

/// <summary>What sending and receiving allocate, apart from what the receiver keeps.</summary>
public sealed class AllocationTests
{
    private const int Messages = 1_000;

    private readonly TestReceiver _n1 = new("n1", []);

    [Fact]
    public void Encoding_AllocatesNothingForEachMessage()
    {
        AppendEntriesMessage[] messages = [.. Enumerable.Range(0, 50).Select(i => Tests.Messages.Append(_n1, "n2", i, entries: 4, size: 128))];
        using FrameWriter writer = new(hasChecksum: true);
        Encode();
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < Messages / 50; i++)
        {
            Encode();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000); // of a million bytes that were encoded

        void Encode()
        {
            foreach (AppendEntriesMessage message in messages)
            {
                writer.Write(message);
            }

            writer.Reset();
        }
    }

    [Fact]
    public void Decoding_AReply_AllocatesTheMessageOnly()
    {
        byte[] bytes = FrameSamples.Message(hasChecksum: true, Tests.Messages.Reply(_n1, "n2", 1));
        FrameReader reader = new(hasChecksum: true, 1 << 20);
        ConnectionProtocol protocol = new(new CountingOwner());
        protocol.Handle(new Frame(FrameKind.Announce, new NodeAnnouncement(FrameSamples.Node, Store: null).Encode()));
        Decode();
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < Messages; i++)
        {
            Decode();
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Messages, 1, 200); // the message alone has about 130

        void Decode()
        {
            bytes.CopyTo(reader.GetBuffer());
            reader.Advance(bytes.Length);
            Assert.True(reader.TryRead(out Frame frame));
            protocol.Handle(in frame);
        }
    }

    private sealed class CountingOwner : IConnectionOwner
    {
        public NodeRefusal? OnAnnounced(NodeAnnouncement announcement) => null;

        public void OnWithdrawn(NodeKey node)
        {
        }

        public void OnNodeRefused(NodeRefusal refusal)
        {
        }

        public void OnMissing(NodeKey node)
        {
        }

        public void OnLaneRequested(LaneKind lane)
        {
        }

        public void OnMessage(RaftMessage message)
        {
        }

        public void OnDropped(DropReason reason)
        {
        }

        public void OnPong(long number)
        {
        }

        public void OnGoodbye(Goodbye goodbye)
        {
        }

        public void Send(FrameKind kind, byte[] payload)
        {
        }
    }
}
