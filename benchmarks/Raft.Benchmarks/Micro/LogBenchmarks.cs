using BenchmarkDotNet.Attributes;
using Raft.Consensus;

namespace Raft.Benchmarks.Micro;

/// <summary>Appending to the two logs that a node has: the module's, and the store's.</summary>
public class LogBenchmarks
{
    private const int BatchSize = 64;
    private const int KeptEntries = 8_192;
    private const int BatchesBetweenCompactions = 128;

    private readonly LogEntry[] _batch = new LogEntry[BatchSize];
    private ReplicatedLog _log = null!;
    private InMemoryLogStore _store = null!;
    private long _stored;
    private int _batches;

    [GlobalSetup]
    public async Task Open()
    {
        Array.Fill(_batch, new LogEntry(1, EntryKind.Command, new byte[128], DateTimeOffset.UnixEpoch));
        _log = new ReplicatedLog(0, 0, KeptEntries);
        _store = new InMemoryLogStore();
        await _store.OpenAsync("raft", "n1", CancellationToken.None);
    }

    /// <summary>Per entry, with what it costs to let go of the oldest.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public long AppendToModule()
    {
        foreach (ref readonly LogEntry entry in _batch.AsSpan())
        {
            _log.Append(in entry);
        }

        _log.Evict(_log.LastIndex, KeptEntries, long.MaxValue);
        return _log.LastIndex;
    }

    /// <summary>Per entry of a batch that is kept where it is, with what it costs to drop the oldest again.</summary>
    [Benchmark(OperationsPerInvoke = BatchSize)]
    public async Task WriteToStore()
    {
        await _store.WriteAsync(new LogWrite(null, _stored + 1, _batch));
        _stored += BatchSize;
        if (++_batches % BatchesBetweenCompactions == 0 && _stored > KeptEntries)
        {
            await _store.CompactAsync(_stored - KeptEntries);
        }
    }
}
