using Raft.Testing;

namespace Raft.TraceRuns;

/// <summary>One simulated minute of a cluster whose network, disks and nodes keep failing, all drawn from a seed.</summary>
internal sealed class RandomRun(ulong seed)
{
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(60);

    private readonly SimulatedCluster _cluster = new(nodes: 3, seed);
    private readonly SeededRandom _random = new(~seed);
    private int _proposals;

    /// <summary>Runs it to the end, and checks what must hold there.</summary>
    /// <returns>A line that says which course it took.</returns>
    /// <exception cref="SimulationException">A check failed.</exception>
    public string Run()
    {
        _cluster.Start();
        while (_cluster.World.Clock.Now < Duration)
        {
            Act();
            _cluster.World.RunFor(_random.NextBetween(ShortestPause, LongestPause));
        }

        Recover();
        Check();
        return FormattableString.Invariant(
            $"seed {seed} hash {_cluster.World.Trace.Hash:X16} commits {_cluster.Agreed.Count} elections {_cluster.Elections}");
    }

    private SimulatedNode AnyNode() => _cluster[_cluster.NodeIds[_random.Next(_cluster.NodeIds.Count)]];

    private void Act()
    {
        SimulatedNode node = AnyNode();
        SimulatedNode other = AnyNode();
        switch (_random.Next(100))
        {
            case < 55:
                Propose(node);
                break;
            case < 62:
                _cluster.Network.Isolate(node.Id);
                break;
            case < 66:
                _cluster.Network.CutOneWay(node.Id, other.Id);
                break;
            case < 76:
                _cluster.Network.Restore(node.Id);
                break;
            case < 80 when node.IsRunning:
                _cluster.Crash(node.Id, _random.Next(node.Store.UnderWay + 1));
                break;
            case < 82 when node.IsRunning:
                node.Storage.Release(); // a node waits for its disk before it ends
                _cluster.Stop(node.Id);
                break;
            case < 90:
                _cluster.Start();
                break;
            case < 92:
                node.Storage.Hold();
                break;
            case < 95:
                node.Storage.Release();
                break;
            case < 97:
                ChangeWeather();
                break;
        }
    }

    /// <summary>
    /// Mostly to the leader; sometimes to any node, which may be down, isolated, or a former leader that does not know it.
    /// </summary>
    private void Propose(SimulatedNode anyone)
    {
        int count = 1 + _random.Next(4);
        NodeId target = _random.Chance(0.2) ? anyone.Id : _cluster.Leader ?? anyone.Id;
        for (int i = 0; i < count; i++)
        {
            _cluster.Submit(FormattableString.Invariant($"proposal {++_proposals}"), target);
        }
    }

    private void ChangeWeather()
    {
        NetworkConditions weather = _cluster.Network.Conditions;
        bool fair = _random.Chance(0.5);
        weather.DropRate = fair ? 0 : 0.1;
        weather.DuplicateRate = fair ? 0 : 0.1;
        weather.ReorderRate = fair ? 0 : 0.2;
        weather.MaximumDelay = TimeSpan.FromMilliseconds(fair ? 5 : 40);
    }

    private void Recover()
    {
        _cluster.Network.Heal();
        _cluster.Network.Conditions.DropRate = 0;
        foreach (SimulatedNode node in _cluster.Nodes)
        {
            node.Storage.Release();
        }

        _cluster.Start();
        _cluster.WaitForLeader();
        _cluster.Settle();
    }

    private void Check()
    {
        _cluster.Propose("the last");
        _cluster.Settle();
        _cluster.CheckRefusals();
        Require(_cluster.Agreed.Distinct(StringComparer.Ordinal).Count() == _cluster.Agreed.Count, "a proposal was applied twice");
        foreach (SimulatedNode node in _cluster.Nodes)
        {
            // The cluster compares what nodes apply all along; here it is that none of it was lost again.
            Require(node.Log.SequenceEqual(_cluster.Agreed), $"{node.Id} has not applied everything that was ever applied");
            _cluster.Stop(node.Id);
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new SimulationException($"At the end, {otherwise}.");
        }
    }
}
