using System.Globalization;

namespace Raft.Testing;

/// <summary>One run of a <see cref="Simulation"/>: weather, then healing, then the end.</summary>
internal sealed class SimulationRun
{
    private const ulong SaltOfSettings = 0x5E77_1265;
    private const ulong SaltOfWorkers = 0x303_4E25;

    private static readonly TimeSpan LongestElectionTimeout = TimeSpan.FromMilliseconds(300);

    private readonly SimulationOptions _options;
    private readonly SeededRandom _random;
    private readonly SimulatedCluster _cluster;
    private readonly IReadOnlyList<Fault> _faults;
    private readonly SimulatedWorkload _workload;
    private readonly SimulationSettings _settings;
    private readonly ulong _seed;
    private SimulatedReads? _reads;

    public SimulationRun(ulong seed, SimulationOptions options, SimulatedWorkload workload)
    {
        _seed = seed;
        _options = options;
        _random = RandomOf(seed);
        _faults = options.Weather.Draw(_random.Fork(), options.Nodes, options.Duration);
        _faults = options.Faults ?? _faults;
        _settings = options.Settings ?? SettingsOf(seed);
        _cluster = new SimulatedCluster(
            options.Nodes, seed, Configure, options.Storage, options.Transports, keepsEvents: false, _settings.Roles);
        _cluster.World.IsReported = true;
        _settings.ApplyTo(_cluster);
        if (options.KeepsEvents)
        {
            _cluster.World.Trace.KeepEvents();
        }

        _workload = workload;
        workload.Prepare(_cluster);
    }

    /// <summary>What a run draws from: its schedule first. The cluster draws from the seed itself.</summary>
    public static SeededRandom RandomOf(ulong seed) => new(~seed);

    /// <summary>The settings of a seed, whose draw has nothing to do with what else follows from it.</summary>
    public static SimulationSettings SettingsOf(ulong seed) => SimulationSettings.Draw(new SeededRandom(seed ^ SaltOfSettings));

    /// <summary>What is wrong in how the simulation is used, rather than in what is tested; null if nothing is.</summary>
    public Exception? UseError => _cluster.World.UseError;

    /// <summary>The calling thread enters the simulation.</summary>
    public HomeThread.Visit Enter() => _cluster.World.Enter();

    public void Execute()
    {
        IReadOnlyCollection<NodeId> joining = FirstJoin.NodesOf(_faults, _cluster);
        foreach (NodeId id in _cluster.NodeIds.Where(id => !joining.Contains(id)))
        {
            _cluster.Start(id);
        }

        FaultInjector weather = new(_cluster, _faults, _settings);
        ClientRecord record = new(_cluster.World.Clock);
        _reads = new SimulatedReads(_cluster, record);
        SimulatedClient[] clients = [.. Enumerable.Range(1, _settings.Clients)
            .Select(number => new SimulatedClient(_cluster, number, _random.Fork(), record, _reads, _workload, _settings))];
        SimulatedWorker[] workers = [.. StartWorkers(record)];
        _cluster.World.RunFor(_options.Duration);
        weather.Stop();
        Recover();
        foreach (SimulatedClient client in clients)
        {
            client.Stop();
        }

        foreach (SimulatedWorker worker in workers)
        {
            worker.Stop();
        }

        Finish();
    }

    public SimulationReport Report(SimulationException? violation) => new(
        _seed,
        _cluster.World.Clock.Now,
        _cluster.World.Scheduler.Steps,
        _cluster.Applied,
        _cluster.Elections,
        _faults,
        _cluster.World.Trace.Hash,
        violation)
    {
        Events = _cluster.World.Trace.Count,
        Snapshots = _cluster.Snapshots,
        Restorations = _cluster.Restorations,
        LostStores = _cluster.LostStores,
        ForeignMessages = _cluster.Intrusions,
        Joins = _cluster.Joins,
        DifferingOptions = _cluster.DifferencesReported,
        Reads = _reads?.Answered ?? 0,
        Settings = _settings,
        Trace = _options.KeepsEvents ? new TraceReport(_cluster.World.Trace, Title()) : null,
    };

    /// <summary>Reports an exception that a step threw and no code caught.</summary>
    public SimulationException Failure(Exception exception) =>
        _cluster.World.Failure(
            $"{exception.GetType().Name} was thrown by a step: {exception.Message}", exception, rule: "A step throws an exception");

    private IEnumerable<SimulatedWorker> StartWorkers(ClientRecord record)
    {
        SeededRandom random = new(_seed ^ SaltOfWorkers); // of its own, so that what the others draw does not depend on it
        return _workload.HasWorkers
            ? _cluster.Nodes.Select(node => new SimulatedWorker(_cluster, node, random.Fork(), record, _settings.ClientPause * 2))
            : [];
    }

    private void Configure(RaftNodeOptions options)
    {
        _settings.ApplyTo(options);
        _options.Configure?.Invoke(options);
    }

    private string Title() => string.Create(
        CultureInfo.InvariantCulture, $"Seed {_seed}, weather {_options.Weather}, {_options.Nodes} nodes, {_faults.Count} faults, "
            + $"{_settings}");

    /// <summary>A random majority is up and connected. It must elect a leader and commit within a few election timeouts.</summary>
    private void Recover()
    {
        NodeId[] ids = [.. _cluster.NodeIds];
        for (int i = ids.Length - 1; i > 0; i--)
        {
            int other = _random.Next(i + 1);
            (ids[i], ids[other]) = (ids[other], ids[i]);
        }

        int majority = 1;
        while (!_cluster.Roles.Quorum.IsReachedBy(ids[..majority]))
        {
            majority++;
        }

        foreach (NodeId id in ids[majority..])
        {
            if (_cluster[id].IsRunning)
            {
                _cluster.Crash(id);
            }
        }

        foreach (NodeId id in ids[..majority])
        {
            _cluster[id].StartIfUnhealthy();
        }

        int committed = _cluster.Applied;
        RunUntil(
            () => _cluster.Applied > committed,
            $"progress of {string.Join(", ", ids[..majority])} after the weather",
            rule: "Liveness of a majority");
    }

    /// <summary>
    /// Runs until a condition holds, at most a few election timeouts after a node that is behind last made progress. What a slow
    /// disk has still to do when this begins takes its time first: even a vote has to wait for it.
    /// </summary>
    private void RunUntil(Func<bool> condition, string waitingFor, string rule)
    {
        TimeSpan patience = LongestElectionTimeout * _options.RecoveryTimeouts;
        TimeSpan busyUntil = _cluster.Nodes.Where(static node => node.IsRunning).Max(static node => node.Storage.BusyUntil);
        CatchUp catchUp = new(_cluster.Network); // of these lives
        long Progress() => catchUp.Value + _cluster.Nodes.Sum(static node => node.Current?.AppliedIndex ?? 0);
        long before;
        do
        {
            before = Progress();
            TimeSpan now = _cluster.World.Clock.Now;
            TimeSpan end = (now > busyUntil ? now : busyUntil) + patience;
            _cluster.World.RunUntil(() => condition() || _cluster.World.Clock.Now >= end, limit: null, waitingFor, rule);
            if (condition())
            {
                return;
            }
        }
        while (Progress() > before);

        throw _cluster.World.Failure($"It did not happen in time, and no node comes any further. Waited for: {waitingFor}.", rule: rule);
    }

    /// <summary>Checks that all nodes are up and agree, no caller waits, and every answer to a client was correct.</summary>
    private void Finish()
    {
        foreach (SimulatedNode node in _cluster.Nodes)
        {
            node.StartIfUnhealthy();
        }

        // All that the nodes which were down have missed must reach them, a message at a time if the settings say so.
        RunUntil(_cluster.IsSettled, "all nodes to apply the leader's whole log", rule: "Liveness of the whole cluster");
        if (_cluster.FindDisagreement() is { } disagreement)
        {
            throw _cluster.World.Failure(disagreement, rule: "All nodes agree in the end");
        }

        RequireReads();
        _workload.Finish(_cluster);
        RequireStability();
        foreach (NodeId id in _cluster.NodeIds)
        {
            _cluster.Stop(id);
        }

        _cluster.CheckStores();
        _cluster.CheckRefusals();
        if (ClientRecord.FindDuplicate(_cluster.AgreedTexts) is { } lie)
        {
            throw _cluster.World.Failure(lie);
        }
    }

    /// <summary>Every node answers linearizable reads, also where nothing is committed that would release a forgotten one.</summary>
    private void RequireReads()
    {
        Func<IReadOnlyList<NodeId>> waiting = _reads!.BeginEverywhere();
        RunUntil(() => waiting().Count == 0, "linearizable reads and read barriers on all nodes", rule: "Every read is answered");
        RunUntil(
            () => _cluster.Nodes.All(static node => node.Current?.Footprint is not { WaitingReads: > 0 }),
            "no read to count as waiting",
            rule: "Every read is answered");
    }

    /// <summary>
    /// Section 5.2: nodes that receive messages from a leader start no election. An election that is already running ends first.
    /// </summary>
    private void RequireStability()
    {
        _cluster.World.RunFor(LongestElectionTimeout * 4);
        NodeId leader = _cluster.WaitForLeader();
        long term = _cluster[leader].Status.Term;
        _cluster.World.RunFor(LongestElectionTimeout * 10);
        foreach (SimulatedNode node in _cluster.Nodes)
        {
            if (node.Status.Term != term)
            {
                throw _cluster.World.Failure(
                    $"There are no faults and {leader} leads term {term}, but {node.Id} has reached term {node.Status.Term}.",
                    rule: "Stability");
            }
        }
    }
}
