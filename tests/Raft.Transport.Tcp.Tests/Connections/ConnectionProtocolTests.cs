using System.Buffers;
using System.Buffers.Binary;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Which messages a connection passes on, and which end it.</summary>
public sealed class ConnectionProtocolTests
{
    private const int TypeOffset = 5;
    private const int TermOffset = 7;

    private readonly IgnoringOwner _owner = new();
    private readonly ConnectionProtocol _protocol;
    private readonly TestReceiver _n1 = new("n1", []);

    public ConnectionProtocolTests() => _protocol = new ConnectionProtocol(_owner);

    [Fact]
    public void Message_FromAnAnnouncedNode_IsPassedOn()
    {
        Announce("raft", "n1");

        Handle(Messages.Vote(_n1, "n2", 1));

        Assert.Single(_owner.Messages);
    }

    [Theory]
    [InlineData("raft", "n2")] // another node
    [InlineData("other", "n1")] // the same id in another cluster
    public void Message_FromANodeThatWasNotAnnounced_EndsTheConnection(string cluster, string node)
    {
        Announce(cluster, node);

        FrameException refusal = Assert.Throws<FrameException>(() => Handle(Messages.Vote(_n1, "n3", 1)));

        Assert.Contains("n1 of cluster 'raft', which was not announced", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_owner.Messages);
    }

    [Fact]
    public void Message_FromANodeThatWasWithdrawn_EndsTheConnection()
    {
        Announce("raft", "n1");
        Handle(Messages.Vote(_n1, "n2", 1));
        _protocol.Handle(new Frame(FrameKind.Withdraw, NodeName.Encode(new NodeKey("raft", "n1"))));

        Assert.Throws<FrameException>(() => Handle(Messages.Vote(_n1, "n2", 2)));
        Assert.Single(_owner.Messages);
        Assert.Single(_owner.Withdrawn);
    }

    [Fact]
    public void Message_FromARefusedNode_IsDropped()
    {
        _owner.Decide = static announcement => new NodeRefusal(announcement.Node, RefusalCode.NotAuthorized, "no");
        Announce("raft", "n1");

        Handle(Messages.Vote(_n1, "n2", 1));

        Assert.Empty(_owner.Messages);
        Assert.Equal(1, _owner.Dropped);
        Assert.Equal(FrameKind.RefuseNode, Assert.Single(_owner.Sent).Kind);
        Assert.False(_protocol.HasNodes);
    }

    [Fact]
    public void Node_RefusedLater_IsNotHeardAnyMore()
    {
        Announce("raft", "n1");
        Handle(Messages.Vote(_n1, "n2", 1));

        _protocol.Refuse(new NodeRefusal(new NodeKey("raft", "n1"), RefusalCode.Duplicate, "replaced"));
        Handle(Messages.Vote(_n1, "n2", 2));

        Assert.Single(_owner.Messages);
        Assert.Equal(1, _owner.Dropped);
    }

    [Fact]
    public void Entries_InAFrameWithoutData_EndTheConnection()
    {
        // The memory of such a frame is overwritten by the next: a log that kept it would change.
        Announce("raft", "n1");
        byte[] payload = Encode(Messages.Append(_n1, "n2", 1, entries: 1, size: 10));

        Assert.Throws<FrameException>(() => _protocol.Handle(new Frame(FrameKind.Message, payload)));
        Assert.Empty(_owner.Messages);
    }

    [Fact]
    public void Term_Of2To63_EndsTheConnection()
    {
        Announce("raft", "n1");
        byte[] payload = Encode(Messages.Vote(_n1, "n2", 1));
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(TermOffset), 1UL << 63);

        Assert.Throws<FrameException>(() => _protocol.Handle(new Frame(FrameKind.Message, payload)));
        Assert.Empty(_owner.Messages);
    }

    [Fact]
    public void Message_OfAnUnknownType_IsDroppedAndTheNextIsPassedOn()
    {
        Announce("raft", "n1");
        byte[] payload = Encode(Messages.Vote(_n1, "n2", 1));
        payload[TypeOffset] = 16; // the first that this version does not know

        _protocol.Handle(new Frame(FrameKind.Message, payload));
        Handle(Messages.Vote(_n1, "n2", 2));

        Assert.Equal(1, _owner.Dropped);
        Assert.Single(_owner.Messages);
    }

    [Fact]
    public void RefuseNode_WithALongReason_KeepsItsFirstCharacters()
    {
        byte[] payload = new PayloadWriter().String("raft").String("n1").Byte((byte)RefusalCode.Duplicate)
            .String(new string('x', 60_000), 60_000).ToArray();

        Assert.Equal(NodeRefusal.MaximumReason, NodeRefusal.Decode(payload).Reason.Length);
    }

    [Fact]
    public void Goodbye_WithLineBreaks_IsReadAsOneLine() =>
        Assert.Equal("a\uFFFD\uFFFDb", Goodbye.Decode(new Goodbye(RefusalCode.Protocol, "a\r\nb").Encode()).Reason);

    [Fact]
    public void Message_ThatWasSkipped_IsDroppedIfItsSenderIsRefused_AndEndsTheConnectionIfNobodyWasAnnounced()
    {
        Frame skipped = new(FrameKind.MessageWithData, default, IsSkipped: true);
        Assert.Throws<FrameException>(() => _protocol.Handle(skipped));

        _owner.Decide = static announced => new NodeRefusal(announced.Node, RefusalCode.Duplicate, "another has it");
        Announce("raft", "n1");
        _protocol.Handle(skipped);

        Assert.Equal(1, _owner.Dropped);
    }

    [Fact]
    public void Names_OfAnnouncedNodes_AreBoundedTogether()
    {
        string cluster = new('c', 60_000);
        int accepted = 0;

        Assert.Throws<FrameException>(() =>
        {
            for (; accepted < ConnectionProtocol.MaximumNodes; accepted++)
            {
                Announce(cluster, $"n{accepted}");
            }
        });

        Assert.Equal(ConnectionProtocol.MaximumNameCharacters / 60_005, accepted);
    }

    [Fact]
    public void Names_OfWithdrawnNodes_DoNotCount()
    {
        string cluster = new('c', 60_000);
        for (int i = 0; i < 100; i++)
        {
            Announce(cluster, "n1");
            _protocol.Handle(new Frame(FrameKind.Withdraw, NodeName.Encode(new NodeKey(cluster, "n1"))));
        }

        Assert.False(_protocol.HasNodes);
    }

    [Fact]
    public void MissingNodes_AfterTheFirst_AreIgnored()
    {
        for (int i = 0; i < 1_000; i++)
        {
            _protocol.Handle(new Frame(FrameKind.Missing, NodeName.Encode(new NodeKey("raft", $"n{i}"))));
        }

        Assert.Equal("n0", Assert.Single(_owner.Missing).NodeId);
    }

    [Fact]
    public void Nodes_BeyondTheLimit_EndTheConnection()
    {
        for (int i = 0; i < ConnectionProtocol.MaximumNodes; i++)
        {
            Announce("raft", $"n{i}");
        }

        Announce("raft", "n0"); // known already

        Assert.Throws<FrameException>(() => Announce("raft", "one more"));
    }

    [Fact]
    public void Ping_IsAnsweredWithItsContent()
    {
        _protocol.Handle(new Frame(FrameKind.Ping, PingNumber.Encode(77)));

        (FrameKind kind, byte[] payload) = Assert.Single(_owner.Sent);
        Assert.Equal(FrameKind.Pong, kind);
        Assert.Equal(77, PingNumber.Decode(payload));
    }

    [Fact]
    public void Messages_OfTheSameNode_ShareTheirNames()
    {
        Announce("raft", "n1");

        Handle(Messages.Vote(_n1, "n2", 1));
        Handle(Messages.Vote(_n1, "n2", 2));

        Assert.Same(_owner.Messages[0].Origin, _owner.Messages[1].Origin);
        Assert.Same(_owner.Messages[0].From.Value, _owner.Messages[1].From.Value);
        Assert.Same(_owner.Messages[0].To.Value, _owner.Messages[1].To.Value);
    }

    private void Announce(string cluster, string node) =>
        _protocol.Handle(new Frame(FrameKind.Announce, new NodeAnnouncement(new NodeKey(cluster, node), Store: null).Encode()));

    private void Handle(RaftMessage message) => _protocol.Handle(new Frame(FrameWriter.KindOf(message), Encode(message)));

    private static byte[] Encode(RaftMessage message)
    {
        ArrayBufferWriter<byte> output = new();
        MessageCodec.Write(message, output);
        return output.WrittenSpan.ToArray();
    }
}
