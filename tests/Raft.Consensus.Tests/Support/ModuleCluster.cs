namespace Raft.Consensus.Tests.Support;

/// <summary>
/// Modules wired by hand: messages wait in <see cref="InFlight"/> until the test delivers them, in any order, and time
/// does not move until the test moves it.
/// </summary>
internal sealed class ModuleCluster
{
    private const int MostDeliveries = 100_000;

    private readonly SortedDictionary<NodeId, TestNode> _nodes = [];
    private readonly List<(NodeId From, NodeId To)> _cuts = [];
    private readonly Settings _settings;

    public ModuleCluster(int nodes, Settings? settings = null)
    {
        _settings = settings ?? Settings.Plain;
        NodeId[] ids = Settings.Ids(nodes);
        foreach (NodeId id in ids)
        {
            _nodes.Add(id, new TestNode(_settings.For(id, ids), Clock, new TestDisk(), Send));
        }
    }

    public TestClock Clock { get; } = new();

    /// <summary>Sent and not delivered yet, oldest first.</summary>
    public List<RaftMessage> InFlight { get; } = [];

    /// <summary>Everything that was delivered, oldest first.</summary>
    public List<RaftMessage> Delivered { get; } = [];

    /// <summary>Messages for which this holds are lost when they are sent.</summary>
    public Predicate<RaftMessage> Drop { get; set; } = _ => false;

    /// <summary>Sees every message at the moment when it is sent, also one that is lost.</summary>
    public Action<RaftMessage>? Sent { get; set; }

    public IReadOnlyCollection<TestNode> Nodes => _nodes.Values;

    public TestNode this[NodeId id] => _nodes[id];

    /// <summary>The node times out, then everything is delivered until nothing moves any more.</summary>
    public void Elect(NodeId id)
    {
        TimeOut(id);
        DeliverAll();
    }

    /// <summary>The node's election timeout passes. Nothing is delivered.</summary>
    public void TimeOut(NodeId id)
    {
        Assert.NotEqual(RaftRole.Leader, this[id].Module.Role);
        this[id].AdvanceToDeadline();
    }

    /// <summary>A leader's heartbeat interval passes, then everything is delivered.</summary>
    public void Heartbeat(NodeId leader)
    {
        Clock.Advance(_settings.HeartbeatInterval);
        this[leader].AdvanceTime();
        DeliverAll();
    }

    /// <summary>Time passes for everybody; messages take none.</summary>
    public void Pass(TimeSpan duration)
    {
        TimeSpan end = Clock.Now + duration;
        while (Nodes.MinBy(node => node.Module.NextDeadline) is { } next && next.Module.NextDeadline <= end)
        {
            next.AdvanceToDeadline();
            DeliverAll();
        }

        Clock.AdvanceTo(end);
    }

    /// <summary>Proposes one byte, and delivers everything.</summary>
    public void Propose(NodeId leader)
    {
        Assert.Equal(ProposeResult.Appended, this[leader].Propose(new byte[] { 1 }));
        DeliverAll();
    }

    /// <summary>Starts the node over from a disk that holds a snapshot, and the entries of these terms after it.</summary>
    public void Preset(NodeId id, long term, TestSnapshot snapshot, params long[] tail)
    {
        this[id].Disk.Preset(new HardState(term, null), Make.Entries(tail), snapshot.Index, snapshot.Term);
        this[id].Snapshots.Add(snapshot);
        this[id].Restart();
    }

    /// <summary>The parts of snapshots that were delivered to a node, oldest first.</summary>
    public InstallSnapshotMessage[] ChunksTo(NodeId id) => [.. Delivered.OfType<InstallSnapshotMessage>().Where(chunk => chunk.To == id)];

    /// <summary>How many times a node has rejected a request because its log does not agree.</summary>
    public int RejectionsOf(NodeId id) => Delivered.OfType<AppendEntriesReplyMessage>().Count(reply => reply.From == id && !reply.Success);

    /// <summary>Starts the node over from a disk that holds this.</summary>
    public void Preset(NodeId id, long term, params long[] log)
    {
        this[id].Disk.Preset(new HardState(term, null), Make.Entries(log));
        this[id].Restart();
    }

    public void DeliverAll()
    {
        int deliveries = 0;
        while (InFlight.Count > 0)
        {
            Assert.True(++deliveries < MostDeliveries, "The messages never end.");
            Deliver(InFlight[0]);
        }
    }

    /// <summary>Delivers one message, which leaves <see cref="InFlight"/> if it is there; a copy may be delivered again later.</summary>
    public void Deliver(RaftMessage message)
    {
        int position = InFlight.FindIndex(candidate => ReferenceEquals(candidate, message));
        if (position >= 0)
        {
            InFlight.RemoveAt(position);
        }

        Delivered.Add(message);
        this[message.To].Receive(message);
    }

    /// <summary>Delivers everything that is in flight to a node, in one batch.</summary>
    public void DeliverTogether(NodeId to)
    {
        RaftMessage[] messages = [.. InFlight.Where(message => message.To == to)];
        this[to].InOneBatch([.. messages.Select(message => (Action)(() => Deliver(message)))]);
    }

    /// <summary>Takes the messages of a kind out of the network, to be delivered by hand.</summary>
    public T[] Take<T>(Predicate<T>? which = null)
        where T : RaftMessage
    {
        T[] taken = [.. InFlight.OfType<T>().Where(message => which is null || which(message))];
        InFlight.RemoveAll(message => taken.Contains(message));
        return taken;
    }

    public void Cut(NodeId one, params NodeId[] others)
    {
        foreach (NodeId other in others)
        {
            _cuts.Add((one, other));
            _cuts.Add((other, one));
        }

        InFlight.RemoveAll(IsLost);
    }

    public void Isolate(NodeId id) => Cut(id, [.. _nodes.Keys.Where(other => other != id)]);

    public void Heal()
    {
        _cuts.Clear();
        Drop = _ => false;
    }

    private void Send(RaftMessage message)
    {
        Sent?.Invoke(message);
        if (!IsLost(message))
        {
            InFlight.Add(message);
        }
    }

    private bool IsLost(RaftMessage message) => _cuts.Contains((message.From, message.To)) || Drop(message);
}
