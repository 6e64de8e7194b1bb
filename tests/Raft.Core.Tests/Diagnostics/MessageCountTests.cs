using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace Raft.Tests.Node;

/// <summary>Messages by type, their size, and those that were dropped.</summary>
public sealed class MessageCountTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly Meters _meters = new();

    public MessageCountTests() => _lab.Metrics = _meters.Metrics;

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Messages_OfAnElectionAndACommit_AreCountedByType()
    {
        MetricCollector<long> sent = _meters.Collect<long>("raft.messages.sent");
        MetricCollector<long> received = _meters.Collect<long>("raft.messages.received");
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        node.Commit("a");
        _lab.World.RunFor(TimeSpan.FromMilliseconds(50)); // what is on its way arrives

        SortedDictionary<string, long> asked = Meters.Sum(sent, RaftDiagnostics.MessageTypeTag);
        Assert.Equal(["append_entries", "request_pre_vote", "request_vote"], asked.Keys);
        Assert.Equal(peers.Received.Count, asked.Values.Sum());
        Assert.Equal((2L, 2L), (asked["request_vote"], asked["request_pre_vote"]));
        SortedDictionary<string, long> answered = Meters.Sum(received, RaftDiagnostics.MessageTypeTag);
        Assert.Equal(["append_entries_reply", "request_pre_vote_reply", "request_vote_reply"], answered.Keys);
        Assert.Equal(peers.Received.Count, answered.Values.Sum());
    }

    [Fact]
    public void Size_OfAMessage_GrowsWithItsEntries()
    {
        MetricCollector<long> sent = _meters.Collect<long>("raft.messages.sent.size");
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(50));
        sent.Clear();

        node.Commit(new string('x', 1_000));
        _lab.World.RunFor(TimeSpan.FromMilliseconds(50)); // by then the commit index has been sent, too

        Assert.Equal(128 + 21 + 1_000, sent.GetMeasurementSnapshot().Max(static measurement => measurement.Value));
        Assert.Equal(128, sent.GetMeasurementSnapshot().Min(static measurement => measurement.Value));
    }

    [Fact]
    public void Size_OfAReceivedMessage_IsThatOfTheSentOne()
    {
        MetricCollector<long> sent = _meters.Collect<long>("raft.messages.sent.size");
        MetricCollector<long> received = _meters.Collect<long>("raft.messages.received.size");
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        _lab.WaitForLeader(nodes).Commit("a");
        _lab.World.RunUntil(() => _lab.World.Network.InFlight == 0 && _lab.World.Scheduler.Waiting == 0);

        Assert.Equal(Meters.Sum(sent, RaftDiagnostics.MessageTypeTag), Meters.Sum(received, RaftDiagnostics.MessageTypeTag));
    }

    [Fact]
    public void Messages_Dropped_AreCountedByReason()
    {
        MetricCollector<long> dropped = _meters.Collect<long>("raft.messages.dropped");
        SpyTransport transport = new();
        LabNode node = _lab.Node(members: 3, transport: transport, configure: static options => options.MaximumWaitingMessages = 2);
        node.Run();
        _lab.World.RunUntil(() => transport.Receiver is not null);
        _lab.World.RunUntilIdle();

        transport.Receive("raft", term: long.MaxValue);
        _lab.World.RunUntilIdle();
        transport.Receive("another", term: 1);
        transport.Receive("another", term: 1);
        for (int i = 0; i < 5; i++)
        {
            transport.Receive("raft", term: 1);
        }

        _lab.World.RunUntilIdle();

        SortedDictionary<string, long> reasons = Meters.Sum(dropped, RaftDiagnostics.DropReasonTag);
        Assert.Equal(["foreign 2", "invalid 1", "overflow 3"], reasons.Select(static reason => $"{reason.Key} {reason.Value}"));
    }

    [Fact]
    public void Messages_ThatArriveAfterTheStop_AreNotAnOverflow()
    {
        MetricCollector<long> dropped = _meters.Collect<long>("raft.messages.dropped");
        SpyTransport transport = new();
        LabNode node = _lab.Node(members: 3, transport: transport);
        node.Run();
        _lab.World.RunUntil(() => transport.Receiver is not null);
        node.Stop();

        transport.Receive("raft", term: 1);

        Assert.Empty(dropped.GetMeasurementSnapshot());
    }

    private sealed class SpyTransport : ITransport
    {
        public bool LeavesProcess => false;

        public IMessageReceiver? Receiver { get; private set; }

        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
        {
            Receiver = receiver;
            return default;
        }

        public void Send(RaftMember member, RaftMessage message)
        {
            // into the void
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => default;

        public void Receive(string clusterId, long term) => Receiver!.Receive(
            new RequestVoteMessage
            {
                From = "n2",
                To = "n1",
                Origin = Origins.Of(clusterId: clusterId),
                Term = term,
                LastLogIndex = 0,
                LastLogTerm = 0,
            });
    }
}
