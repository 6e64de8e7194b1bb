using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Safety;

/// <summary>
/// One cluster under everything that Raft must bear (section 5.1 and 5.5): messages lost, late, repeated and out of order,
/// links cut, disks slow and reporting in any order, nodes crashing, logs compacted at any time, and any number of inputs in one
/// batch. The seed decides all of it.
/// </summary>
internal sealed partial class RandomRun
{
    private const int MostInFlight = 40;
    private const int MostInputsPerBatch = 4; // on average; a batch may have many more

    private readonly Random _random;
    private readonly ModuleCluster _cluster;
    private readonly SafetyChecker _checker;
    private readonly TestNode[] _nodes;
    private readonly List<(TestNode Node, ConsensusModule Life, Action Report)> _reports = [];
    private long _lastPayload;

    public RandomRun(int nodes, int seed)
    {
        _random = new Random(seed);
        _cluster = new ModuleCluster(nodes, RandomSettings(seed));
        _checker = new SafetyChecker(_cluster);
        _nodes = [.. _cluster.Nodes];
        int inputsPerBatch = _random.Next(2) == 0 ? 1 : _random.Next(2, MostInputsPerBatch + 1);
        foreach (TestNode node in _nodes)
        {
            node.EndsBatch = () => _random.Next(inputsPerBatch) == 0;
            node.AnswersLoads = false;
            node.AnswersSnapshotLoads = false;
            node.StoresChunks = false;
            HoldPerhaps(node);
        }
    }

    public int Committed => _checker.Committed;

    public int Terms => _checker.Terms;

    /// <summary>How many times a log restarted after a leader's snapshot.</summary>
    public int Installs => _checker.Installs;

    public void Step()
    {
        TestNode node = OneOf(_nodes);
        switch (_random.Next(116))
        {
            case < 56:
                DeliverOne();
                break;
            case < 59 when _cluster.InFlight.Count > 0:
                node = Deliver(OneOf(_cluster.InFlight) with { }); // a copy; the original comes later
                break;
            case < 61 when _cluster.InFlight.Count > 0:
                _cluster.InFlight.RemoveAt(_random.Next(_cluster.InFlight.Count));
                break;
            case < 65:
                _cluster.Clock.Advance(TimeSpan.FromMilliseconds(_random.Next(300)));
                node.AdvanceTime();
                break;
            case < 66:
                node.AdvanceToDeadline();
                break;
            case < 75:
                node = _nodes.FirstOrDefault(candidate => candidate.Module.Role == RaftRole.Leader) ?? node;
                node.Propose(BitConverter.GetBytes(++_lastPayload));
                break;
            case < 86 when node.Disk.Pending.Count > 0:
                CompleteSome(node);
                break;
            case < 91 when _reports.Count > 0:
                node = ReportOne();
                break;
            case < 94 when node.Loads.Count > 0:
                AnswerOne(node);
                break;
            case 94:
                node.CrashAndRestart();
                HoldPerhaps(node);
                _checker.Restarted(node);
                break;
            case 95:
                _cluster.Cut(node.Id, OneOf(_nodes).Id);
                break;
            case 96 when _random.Next(3) == 0:
                _cluster.Isolate(node.Id);
                break;
            case 97:
                _cluster.Heal();
                break;
            case 98:
                node.Disk.Release();
                break;
            case 99:
                node.Disk.Hold();
                break;
            default:
                node = StepOfSnapshots(node);
                break;
        }

        _checker.Check(node);
        while (_cluster.InFlight.Count > MostInFlight)
        {
            _cluster.InFlight.RemoveAt(_random.Next(_cluster.InFlight.Count));
        }
    }

    /// <summary>All faults end: the cluster must find a leader and agree on everything, and continue.</summary>
    public void Settle()
    {
        _cluster.Heal();
        foreach (TestNode node in _nodes)
        {
            node.EndsBatch = static () => true;
            node.CompleteBatch();
            node.AnswersLoads = true;
            while (node.Loads.Count > 0)
            {
                AnswerOne(node);
            }

            SettleSnapshots(node);
            node.Disk.Release();
        }

        while (_reports.Count > 0)
        {
            ReportOne();
        }

        for (int i = 0; i < 300 && !IsSettled(); i++)
        {
            _nodes.MinBy(node => node.Module.NextDeadline)!.AdvanceToDeadline();
            DeliverAll();
        }

        Assert.True(IsSettled(), "the cluster does not come to rest after all faults have ended: " + Describe());
        TestNode leader = _nodes.Single(node => node.Module.Role == RaftRole.Leader);
        Assert.Equal(ProposeResult.Appended, leader.Propose(BitConverter.GetBytes(++_lastPayload)));
        DeliverAll();
        Assert.True(IsSettled(), "a proposal after all faults does not reach everybody: " + Describe());
    }

    public string Describe() => string.Join("; ", _nodes.Select(node =>
        $"{node.Id} {node.Module.Role} term {node.Module.Term} last {node.Module.LastIndex} "
        + $"commit {node.Module.CommitIndex} durable {node.Module.DurableIndex}"));

    private static Settings RandomSettings(int seed)
    {
        Random random = new(seed + 1_000_000);
        return new Settings
        {
            Seed = (ulong)seed,
            PreVote = random.Next(2) == 0,
            CheckQuorum = random.Next(2) == 0,
            LeaderStickiness = random.Next(2) == 0,
            MaximumMessageEntries = random.Next(3) switch { 0 => 1, 1 => 3, _ => 4_096 },
            MaximumMessageBytes = random.Next(3) == 0 ? 2 * (8 + ReplicatedLog.EntryOverhead) : 1 << 20,
            MaximumChunkBytes = random.Next(3) switch { 0 => 32, 1 => 256, _ => 4_096 },
            MaximumInFlightMessages = random.Next(3) switch { 0 => 1, 1 => 2, _ => 64 },
            MaximumUncommittedBytes = random.Next(3) == 0 ? 100 : 1 << 20,
            MaximumCachedEntries = random.Next(2) == 0 ? 4 : 65_536,
        };
    }

    private bool IsSettled()
    {
        TestNode? leader = _nodes.Where(node => node.Module.Role == RaftRole.Leader).MaxBy(node => node.Module.Term);
        return leader is not null && _nodes.All(node =>
            node.Module.Leader == leader.Id
            && node.Module.LastIndex == leader.Module.LastIndex
            && node.Module.CommitIndex == leader.Module.LastIndex
            && node.Module.DurableIndex == leader.Module.LastIndex);
    }

    private void DeliverOne()
    {
        if (_cluster.InFlight.Count > 0)
        {
            // Half of the messages come in order, so that the cluster makes progress.
            _checker.Check(Deliver(_random.Next(2) == 0 ? _cluster.InFlight[0] : OneOf(_cluster.InFlight)));
        }
    }

    private void DeliverAll()
    {
        for (int i = 0; i < 10_000 && _cluster.InFlight.Count > 0; i++)
        {
            _checker.Check(Deliver(_cluster.InFlight[0]));
        }

        Assert.True(_cluster.InFlight.Count == 0, "the messages never end: " + Describe());
    }

    private TestNode Deliver(RaftMessage message)
    {
        _cluster.Deliver(message);
        return _cluster[message.To];
    }

    /// <summary>Some writes become durable: reported at once, or each for itself at some later time.</summary>
    private void CompleteSome(TestNode node)
    {
        int writes = _random.Next(1, node.Disk.Pending.Count + 1);
        if (_random.Next(2) == 0)
        {
            node.Disk.Complete(writes);
            return;
        }

        for (int i = 0; i < writes; i++)
        {
            long version = node.Disk.CompleteInSilence(1);
            _reports.Add((node, node.Module, () => node.Persisted(version)));
        }
    }

    private TestNode ReportOne()
    {
        int position = _random.Next(_reports.Count);
        (TestNode node, ConsensusModule life, Action report) = _reports[position];
        _reports.RemoveAt(position);
        if (node.Module == life)
        {
            report();
        }

        return node;
    }

    /// <summary>The log store answers with some of the entries, or with none.</summary>
    private void AnswerOne(TestNode node)
    {
        EntryLoadRequest load = node.Loads[0];
        node.Loads.RemoveAt(0);
        node.EntriesLoaded(load, node.Disk.Read(load.FirstIndex, _random.Next(Math.Min(load.MaximumEntries, 10) + 1)));
    }

    private void HoldPerhaps(TestNode node)
    {
        if (_random.Next(3) > 0)
        {
            node.Disk.Hold();
        }
    }

    private T OneOf<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
