namespace Raft.Tests.Node;

/// <summary>Wraps a log store: records the calls, and fails where a test requests it.</summary>
internal sealed class SpyStore(ILogStore inner) : ILogStore
{
    public List<LogWrite> Writes { get; } = [];

    public List<string> Calls { get; } = [];

    public Func<ValueTask>? OnOpen { get; set; }

    public Func<ValueTask>? OnWrite { get; set; }

    public Func<ValueTask>? OnRead { get; set; }

    public Func<ValueTask>? OnClose { get; set; }

    /// <summary>What it claims to be its last index beyond what it has.</summary>
    public long ClaimedSurplus { get; set; }

    public async ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken)
    {
        Calls.Add("open");
        await (OnOpen?.Invoke() ?? default);
        LogState state = await inner.OpenAsync(clusterId, nodeId, cancellationToken);
        return state with { LastIndex = state.LastIndex + ClaimedSurplus };
    }

    public async ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
    {
        Calls.Add("read");
        await (OnRead?.Invoke() ?? default);
        return await inner.ReadAsync(firstIndex, maximumEntries, maximumBytes, cancellationToken);
    }

    public ValueTask WriteAsync(LogWrite write)
    {
        Calls.Add("write");
        Writes.Add(write);
        return OnWrite?.Invoke() ?? inner.WriteAsync(write);
    }

    public ValueTask CompactAsync(long throughIndex) => inner.CompactAsync(throughIndex);

    public ValueTask ResetAsync(long index, long term) => inner.ResetAsync(index, term);

    public async ValueTask CloseAsync()
    {
        Calls.Add("close");
        await inner.CloseAsync();
        await (OnClose?.Invoke() ?? default);
    }
}
