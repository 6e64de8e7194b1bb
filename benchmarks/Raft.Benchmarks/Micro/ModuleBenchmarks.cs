using BenchmarkDotNet.Attributes;
using Raft.Consensus;

namespace Raft.Benchmarks.Micro;

/// <summary>The algorithm alone: a leader and two followers that exchange messages by hand, with disks that take no time.</summary>
public class ModuleBenchmarks
{
    private const int BatchSize = 64;
    private const int CachedEntries = 8_192;

    private static readonly NodeId[] Ids = ["n1", "n2", "n3"];

    private readonly Dictionary<NodeId, ConsensusModule> _modules = [];
    private readonly Queue<RaftMessage> _underWay = new();
    private readonly byte[] _payload = new byte[128];
    private ConsensusModule _leader = null!;
    private TimeSpan _now;

    [GlobalSetup]
    public void Elect()
    {
        foreach (NodeId id in Ids)
        {
            ConsensusModule module = new(new ConsensusOptions
            {
                NodeId = id,
                InitialConfiguration = new ClusterConfiguration(Ids.Select(static id => new RaftMember(id))),
                MaximumCachedEntries = CachedEntries,
            });
            module.Start(_now);
            _modules.Add(id, module);
        }

        _leader = _modules[Ids[0]];
        _now = _leader.NextDeadline!.Value;
        _leader.AdvanceTime(_now);
        CarryOut(_leader);
        DeliverAll();
        if (_leader.Role != RaftRole.Leader)
        {
            throw new InvalidOperationException("The first module was not elected.");
        }
    }

    /// <summary>Per command, of a batch that goes to both followers and is committed.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public long CommitBatch()
    {
        for (int i = 0; i < BatchSize; i++)
        {
            _leader.Propose(_payload, DateTimeOffset.UnixEpoch, out _);
        }

        CarryOut(_leader);
        DeliverAll();
        return _leader.CommitIndex;
    }

    [GlobalCleanup]
    public void Check()
    {
        if (_leader.CommitIndex != _leader.LastIndex)
        {
            throw new InvalidOperationException($"Only {_leader.CommitIndex} of {_leader.LastIndex} entries were committed.");
        }
    }

    private void DeliverAll()
    {
        while (_underWay.TryDequeue(out RaftMessage? message))
        {
            ConsensusModule receiver = _modules[message.To];
            receiver.Receive(message, _now);
            CarryOut(receiver);
        }
    }

    /// <summary>All writes are durable at once, so all messages may go.</summary>
    private void CarryOut(ConsensusModule module)
    {
        module.CompleteBatch();
        long version = 0;
        foreach (ref readonly PersistRequest write in module.Outputs.Writes)
        {
            version = write.Version;
        }

        foreach (ref readonly OutgoingMessage message in module.Outputs.Messages)
        {
            _underWay.Enqueue(message.Message);
        }

        module.Outputs.Clear();
        if (version > 0)
        {
            module.Persisted(version, _now);
        }
    }
}
