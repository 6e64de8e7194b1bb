namespace Raft.Testing;

// How it starts, ends and fails.
public sealed partial class SimulatedNode
{
    internal void Start()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"Node '{Id}' runs already.");
        }

        if (IsPaused)
        {
            Crash(survivingWrites: 0); // it has ended, but its last answers do not reach their callers before the process is resumed
        }

        SimulatedProcess process = new(_world) { WallOffset = _wallOffset };
        StateMachine = NewStateMachine is null ? new SimulatedLog(Id, _agreement) : null;
        IStateMachine machine = StateMachine ?? NewStateMachine!(this);
        OwnMachine = (machine as ObservedStateMachine)?.Inner;
        _seenVersion = -1;
        _isStopping = false;
        Situation = default;
        Storage.BeginLife();
        Snapshots.BeginLife();
        _machine.BeginLife();
        SideCalls = new SideCalls(Id, Calls, _agreement.Report);
        RaftNodePorts ports = new()
        {
            Transport = CreateTransport(process),
            LogStore = Store,
            SnapshotStore = Snapshots,
            StateMachine = new SlowStateMachine(
                machine,
                _world,
                _applyRandom,
                () => ApplyDelay,
                MachineMayBlock,
                () => RequireOwnThread(process),
                OnSnapshot,
                _machine),
            Clock = process,
            Scheduler = process,
        };
        _world.Trace.Add(_world.Clock.Now, "start", Id);
        Options = _options();
        Options.FirstStart = FirstStart ?? Options.FirstStart;
        ChangeOptions?.Invoke(Options);
        Current = CreateNode(ports);
        _process = process;
        _stopping = new CancellationTokenSource();
        _running = Current.RunAsync(_stopping.Token);
    }

    private RaftNode CreateNode(RaftNodePorts ports)
    {
        try
        {
            return new RaftNode(Id, initialTerm: 0, Options, ports);
        }
        catch (ArgumentException invalidOptions)
        {
            _world.NoteUseError(invalidOptions);
            throw;
        }
    }

    private ITransport CreateTransport(SimulatedProcess process)
    {
        if (_transports is null)
        {
            SimulatedTransport simulated = _world.Network.CreateTransport();
            _sever = simulated.Sever;
            return simulated;
        }

        ObservedTransport observed = new(_world.Network, _transports, Id, _transports.Create(Id, process, process));
        _sever = observed.Sever;
        return observed;
    }

    internal void Stop()
    {
        _world.Trace.Add(_world.Clock.Now, "stop", Id);
        _isStopping = true;
        _stopping?.Cancel();
        if (_running is { } running)
        {
            _world.Run(running, waitingFor: $"the end of node '{Id}'");
        }

        // A node that has ended must have answered every caller.
        if (Current is { } ended)
        {
            _world.RunUntilIdle();
            if (ended.LiveCalls != 0)
            {
                throw _world.Failure(
                    $"Node {Id} has stopped, and {ended.LiveCalls} of its callers were never answered.",
                    rule: "A caller was never answered");
            }
        }

        End();
    }

    internal void Crash(int survivingWrites)
    {
        _world.Trace.Add(_world.Clock.Now, "crash", Id);
        _process?.Kill();
        _sever?.Invoke();
        Storage.Crash(survivingWrites);
        Store = Store.Continue(Storage.LogStore);
        Snapshots = Snapshots.Continue(Storage.SnapshotStore);
        foreach (SimulatedProposal proposal in _proposals)
        {
            proposal.NoteCrash();
        }

        End();
    }

    /// <summary>Crashes the node, and replaces its stores by blank ones.</summary>
    internal void LoseStores()
    {
        Crash(survivingWrites: 0);
        Storage.Erase();
        Store = Store.ContinueWith(Storage.LogStore, LogRecord.Blank);
        Snapshots = Snapshots.Replace(Storage.SnapshotStore);
        LostStores++;
        StoreLost?.Invoke();
    }

    /// <summary>Copies what its stores hold.</summary>
    internal StorageBackup BackUp() =>
        new(Storage.Copy(), Store.Record(), Snapshots.Durable?.LastIncludedIndex ?? 0);

    /// <summary>Crashes the node, and replaces what its stores hold by an older state, with the same snapshot.</summary>
    internal void RollBack(StorageBackup older)
    {
        Crash(survivingWrites: 0);
        Storage.Restore(older.Copy);
        Store = Store.ContinueWith(Storage.LogStore, older.Log);
        Snapshots = Snapshots.Continue(Storage.SnapshotStore);
        LostStores++;
        StoreLost?.Invoke();
    }

    /// <summary>On any other thread, a state machine that blocks would delay this node or other nodes.</summary>
    private void RequireOwnThread(SimulatedProcess process)
    {
        if (!process.IsOnOwnThread)
        {
            _agreement.Report($"A thread for what may block is broken: the state machine of {Id}, which may block, was called on another "
                + "one.");
        }
    }

    private void OnSnapshot(bool isRestored)
    {
        if (isRestored)
        {
            Restorations++;
        }
        else if (NextCaptureFailure is { } failure)
        {
            NextCaptureFailure = null;
            throw failure;
        }
    }

    /// <summary>Asks the node to stop, without waiting until it has.</summary>
    internal void BeginStop()
    {
        _world.Trace.Add(_world.Clock.Now, "begin stop", Id);
        _isStopping = true;
        _stopping?.Cancel();
    }

    /// <summary>Starts the node after a fault that has ended it or should have. A node that hangs while it ends is crashed first.</summary>
    internal void StartAgain()
    {
        Storage.EndFailures();
        if (IsRunning)
        {
            if (IsWell)
            {
                return; // the fault had no effect
            }

            Crash(survivingWrites: 0);
        }

        Start();
    }

    /// <summary>Starts the node unless it is running and is neither failed nor stopping.</summary>
    internal void StartIfUnhealthy()
    {
        if (!IsRunning || !IsWell)
        {
            StartAgain();
        }
    }

    internal void Pause()
    {
        _world.Trace.Add(_world.Clock.Now, "pause", Id);
        _process?.Pause();
    }

    internal void Resume()
    {
        if (_process is { IsPaused: true } process)
        {
            _world.Trace.Add(_world.Clock.Now, "resume", Id);
            process.Resume();
        }
    }

    internal void SetClockRate(double rate)
    {
        _world.Trace.Add(_world.Clock.Now, "clock rate", Id, (long)(rate * 1_000));
        _process?.SetRate(rate);
    }

    /// <summary>Sets the wall clock of its machine wrong, or right again. It stays wrong when the process ends.</summary>
    internal void SetWallClock(TimeSpan offset)
    {
        _world.Trace.Add(_world.Clock.Now, "wall clock", Id, (long)offset.TotalSeconds);
        WallClockSetAt = _world.Clock.Now;
        _wallOffset = offset;
        if (_process is { } process)
        {
            process.WallOffset = offset;
        }
    }

    private void End()
    {
        _stopping?.Dispose();
        _stopping = null;
        _process = null;
        _sever = null;
    }
}
