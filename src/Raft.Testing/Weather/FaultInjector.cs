namespace Raft.Testing;

/// <summary>Begins and ends the faults of a schedule in a cluster, each at its time.</summary>
internal sealed class FaultInjector
{
    private static readonly TimeSpan LongestSilenceOfStrangers = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SoleFaultInterval = TimeSpan.FromMilliseconds(1);

    private readonly SimulatedCluster _cluster;
    private readonly SimulationSettings _settings;
    private readonly Queue<Fault> _toBegin;
    private readonly PriorityQueue<Fault, (TimeSpan At, int Order)> _toEnd = new();
    // The node, by its number, for those under way.
    private readonly Dictionary<Fault, int> _struck = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Fault, long> _numbers = new(ReferenceEqualityComparer.Instance); // of two that are alike, each has its own
    private readonly IClockTimer _timer;
    private readonly ForeignMessages _foreign;
    private readonly IClockTimer _foreignTimer;
    private readonly SeededRandom _random;
    private readonly WrongClocks _wrongClocks;
    private readonly Dictionary<Fault, StrangerGroup> _groups = new(ReferenceEqualityComparer.Instance);
    private SoleFault? _sole; // while one is under way or waits, no other fault begins
    private int _strangers;
    private int _order;

    public FaultInjector(SimulatedCluster cluster, IReadOnlyList<Fault> faults, SimulationSettings settings)
    {
        _cluster = cluster;
        _settings = settings;
        _toBegin = new Queue<Fault>(faults);
        foreach (Fault fault in faults)
        {
            _numbers.TryAdd(fault, _numbers.Count + 1);
        }

        _random = cluster.World.Random.Fork();
        _foreign = new ForeignMessages(cluster, _random);
        _wrongClocks = new WrongClocks(cluster);
        _foreignTimer = cluster.World.Clock.CreateTimer(SpeakAsStranger);
        _timer = cluster.World.Clock.CreateTimer(OnDue);
        SetTimer();
    }

    /// <summary>The number of faults that have begun.</summary>
    public int Begun { get; private set; }

    /// <summary>
    /// Ends all faults and begins no more: links, disks and clocks work again. Nodes that are down stay down.
    /// </summary>
    public void Stop()
    {
        _toBegin.Clear();
        FinishSoleFault();
        while (_toEnd.TryDequeue(out Fault? fault, out _))
        {
            switch (fault.Kind)
            {
                case FaultKind.Crash or FaultKind.Stop:
                    break;
                case FaultKind.FailedWrite:
                    NodeOf(fault).Storage.EndFailures(); // it may not have written since
                    break;
                default:
                    Note("fault ends", fault);
                    End(fault);
                    break;
            }
        }

        _cluster.Network.Heal();
        _timer.Dispose();
        _foreignTimer.Dispose();
    }

    /// <summary>A node that joins, or whose stores were lost, catches up before anything else may fail.</summary>
    private void FinishSoleFault()
    {
        if (_sole is { HasBegun: true })
        {
            _cluster.World.RunUntil(
                () => _sole is null, limit: null, "a node without its stores to catch up", rule: "A node that joins catches up");
        }

        _sole = null;
    }

    private void SpeakAsStranger()
    {
        _foreign.Send();
        _foreignTimer.Set(_cluster.World.Clock.Now + _random.NextBetween(TimeSpan.FromMilliseconds(1), LongestSilenceOfStrangers));
    }

    private void OnDue()
    {
        TimeSpan now = _cluster.World.Clock.Now;
        while (_toEnd.TryPeek(out Fault? ending, out (TimeSpan At, int) due) && due.At <= now)
        {
            _toEnd.Dequeue();
            Note("fault ends", ending);
            End(ending);
        }

        // A node that joins takes the identity of any leader of a cluster of this name, so no stranger may reach it.
        if (_sole?.Advance(isCalm: _toEnd.Count == 0 && !_foreign.AreUnderWay) == true)
        {
            _sole = null;
        }

        while (_sole is null && _toBegin.TryPeek(out Fault? beginning) && beginning.At <= now)
        {
            _toBegin.Dequeue();
            Begun++;
            _struck[beginning] = beginning.AtLeader ? NumberOfLeader() ?? beginning.Node : beginning.Node;
            Note("fault begins", beginning);
            _sole = SoleFaultOf(beginning);
            if (_sole is not null)
            {
                break;
            }

            Begin(beginning);
            _toEnd.Enqueue(beginning, (now + beginning.Duration, ++_order));
        }

        SetTimer();
    }

    private void SetTimer()
    {
        TimeSpan? begins = _sole is not null ? _cluster.World.Clock.Now + SoleFaultInterval
            : _toBegin.TryPeek(out Fault? next) ? next.At : null;
        TimeSpan? ends = _toEnd.TryPeek(out _, out (TimeSpan At, int) due) ? due.At : null;
        if ((begins < ends || ends is null ? begins : ends) is { } dueAt)
        {
            _timer.Set(dueAt);
        }
    }

    private SoleFault? SoleFaultOf(Fault fault) => fault.Kind switch
    {
        FaultKind.LostStore or FaultKind.RolledBackStore or FaultKind.FlippedBit => new StoreLoss(_cluster, NodeOf(fault), fault),
        FaultKind.PauseOfAll => new PauseOfAll(_cluster, fault),
        FaultKind.FirstJoin => new FirstJoin(_cluster, NodeOf(fault), fault),
        _ => null,
    };

    private void Note(string what, Fault fault)
    {
        if (_cluster.World.Trace.KeepsEvents)
        {
            _cluster.World.Trace.Note(_cluster.World.Clock.Now, what, NodeOf(fault).Id, _numbers[fault], fault.Effect);
        }
    }

    private SimulatedNode NodeOf(Fault fault) => _cluster[_cluster.NodeIds[_struck[fault]]];

    /// <summary>The other end of a link; never the node itself, unless it is the only node.</summary>
    private NodeId OtherOf(Fault fault) => _cluster.NodeIds[fault.Other == _struck[fault] ? fault.Node : fault.Other];

    private int? NumberOfLeader() =>
        _cluster.Leader is { } leader ? _cluster.NodeIds.TakeWhile(id => id != leader).Count() : null;

    private void Begin(Fault fault)
    {
        SimulatedNode node = NodeOf(fault);
        NodeId other = OtherOf(fault);
        NetworkConditions network = _cluster.Network.Conditions;
        switch (fault.Kind)
        {
            case FaultKind.Isolation:
                _cluster.Network.Isolate(node.Id);
                break;
            case FaultKind.OneWayCut:
                _cluster.Network.CutOneWay(node.Id, other);
                break;
            case FaultKind.Partition:
                Divide(fault, cut: true);
                break;
            case FaultKind.Clog:
                _cluster.Network.Clog(node.Id, other);
                break;
            case FaultKind.Loss:
                network.DropRate = fault.Intensity * 0.4;
                break;
            case FaultKind.Duplication:
                network.DuplicateRate = fault.Intensity * 0.5;
                break;
            case FaultKind.Reordering:
                network.ReorderRate = fault.Intensity * 0.5;
                break;
            case FaultKind.Delay:
                network.MaximumDelay = _settings.MessageDelay + TimeSpan.FromMilliseconds(fault.Intensity * 200);
                break;
            case FaultKind.Crash when node.IsRunning:
                node.Crash((int)Math.Round(node.Store.UnderWay * fault.Intensity));
                break;
            case FaultKind.Stop when node.IsRunning:
                node.BeginStop();
                break;
            case FaultKind.Pause:
                node.Pause();
                break;
            case FaultKind.SlowApply:
                node.ApplyDelay = TimeSpan.FromMilliseconds(fault.Intensity * 300);
                break;
            case FaultKind.HungDisk:
                node.Storage.Hold();
                break;
            case FaultKind.HungApply:
                node.HoldMachine();
                break;
            case FaultKind.HungRead:
                node.OccupyMachine(WorkKind.Read);
                break;
            case FaultKind.HungCapture:
                node.OccupyMachine(WorkKind.Capture);
                break;
            case FaultKind.SlowDisk:
                node.Storage.WriteDelay = _settings.WriteDelay + TimeSpan.FromMilliseconds(fault.Intensity * 200);
                break;
            case FaultKind.FailedWrite when node.IsRunning:
                node.Storage.FailWrite(
                    new InjectedFaultException(fault.Intensity < 0.5 ? "The disk is full." : "The disk does not answer."));
                break;
            case FaultKind.Snapshot when node.IsRunning:
                node.BeginSnapshot();
                break;
            case FaultKind.FailedSnapshot when node.IsRunning:
                FailSnapshot(node, fault.Intensity);
                break;
            case FaultKind.HungSnapshots when fault.Intensity < 0.5:
                node.Storage.HoldSnapshots();
                break;
            case FaultKind.HungSnapshots:
                node.Storage.HoldSnapshotCalls();
                break;
            case FaultKind.Transfer:
                LeaderOr(node).BeginTransfer(fault.Intensity < 0.5 ? other : default(NodeId?));
                break;
            case FaultKind.Strangers:
                _strangers++;
                SpeakAsStranger();
                break;
            case FaultKind.StrangerNodes:
                _groups[fault] = fault.Intensity < 0.4
                    ? _cluster.Strangers.Start(_cluster.NodeIds, count: 1) // it campaigns, and can never win
                    : _cluster.Strangers.Start([node.Id], count: 2); // a majority, which elects a leader
                break;
            case FaultKind.ClockDrift:
                node.SetClockRate(0.5 + (fault.Intensity * 1.5));
                break;
            case FaultKind.WrongClock:
                _wrongClocks.Begin(fault, node);
                break;
            case FaultKind.OtherOptions:
                node.ChangeOptions = OtherOptions.Of(fault.Intensity);
                StartWithItsOptions(node);
                break;
        }
    }

    private static void StartWithItsOptions(SimulatedNode node)
    {
        if (node.IsRunning)
        {
            node.Crash(survivingWrites: 0);
            node.Start();
        }
    }

    private SimulatedNode LeaderOr(SimulatedNode node) =>
        _cluster.Nodes.FirstOrDefault(static other => other.IsRunning && other.Raft.PublishedStatus.Role == RaftRole.Leader) ?? node;

    private void End(Fault fault)
    {
        SimulatedNode node = NodeOf(fault);
        NodeId other = OtherOf(fault);
        NetworkConditions network = _cluster.Network.Conditions;
        switch (fault.Kind)
        {
            case FaultKind.Isolation:
                _cluster.Network.Rejoin(node.Id);
                break;
            case FaultKind.OneWayCut:
                _cluster.Network.RestoreOneWay(node.Id, other);
                break;
            case FaultKind.Partition:
                Divide(fault, cut: false);
                break;
            case FaultKind.Clog:
                _cluster.Network.Unclog(node.Id, other);
                break;
            case FaultKind.Loss:
                network.DropRate = 0;
                break;
            case FaultKind.Duplication:
                network.DuplicateRate = 0;
                break;
            case FaultKind.Reordering:
                network.ReorderRate = 0;
                break;
            case FaultKind.Delay:
                network.MaximumDelay = _settings.MessageDelay;
                break;
            case FaultKind.Crash or FaultKind.Stop or FaultKind.FailedWrite:
                node.StartAgain();
                break;
            case FaultKind.Pause:
                node.Resume();
                break;
            case FaultKind.SlowApply:
                node.ApplyDelay = TimeSpan.Zero;
                break;
            case FaultKind.HungDisk:
                node.Storage.Release();
                break;
            case FaultKind.HungApply or FaultKind.HungRead or FaultKind.HungCapture:
                node.ReleaseMachine();
                break;
            case FaultKind.SlowDisk:
                node.Storage.WriteDelay = _settings.WriteDelay;
                break;
            case FaultKind.FailedSnapshot:
                node.NextCaptureFailure = null;
                node.Storage.EndFailures();
                if (node.Storage.IsFaulty)
                {
                    node.StartAgain();
                }

                break;
            case FaultKind.HungSnapshots:
                node.Storage.ReleaseSnapshots();
                break;
            case FaultKind.Strangers when --_strangers == 0:
                _foreignTimer.Clear();
                break;
            case FaultKind.StrangerNodes when _groups.Remove(fault, out StrangerGroup? group):
                _cluster.Strangers.End(group);
                break;
            case FaultKind.ClockDrift:
                node.SetClockRate(1);
                break;
            case FaultKind.WrongClock:
                _wrongClocks.End(fault, node);
                break;
            case FaultKind.OtherOptions:
                node.ChangeOptions = null;
                StartWithItsOptions(node);
                break;
        }
    }

    private static void FailSnapshot(SimulatedNode node, double intensity)
    {
        if (intensity < 0.3)
        {
            node.NextCaptureFailure = new InjectedFaultException("The state cannot be captured.");
        }
        else
        {
            node.Storage.FailSnapshot(new InjectedFaultException("The disk of the snapshots is full."));
        }

        node.BeginSnapshot();
    }

    /// <summary>Separates a group around the node, whose size depends on the intensity, from all other nodes.</summary>
    private void Divide(Fault fault, bool cut)
    {
        IReadOnlyList<NodeId> ids = _cluster.NodeIds;
        int size = 1 + (int)(fault.Intensity * (ids.Count - 2));
        for (int inside = 0; inside < size; inside++)
        {
            for (int outside = size; outside < ids.Count; outside++)
            {
                NodeId one = ids[(_struck[fault] + inside) % ids.Count];
                NodeId other = ids[(_struck[fault] + outside) % ids.Count];
                if (cut)
                {
                    _cluster.Network.Cut(one, other);
                }
                else
                {
                    _cluster.Network.Restore(one, other);
                }
            }
        }
    }
}
