namespace Raft.Testing;

/// <summary>
/// The progress of nodes that are behind: what each has acknowledged for the first time. It takes as long as there is to send, a
/// message at a time if the settings say so; what must not happen is that it stops, or repeats itself.
/// </summary>
internal sealed class CatchUp
{
    private readonly Dictionary<NodeId, long> _lastIndices = [];
    private readonly Dictionary<(NodeId Node, long Index, UInt128 Checksum), long> _offsets = [];

    public CatchUp(SimulatedNetwork network) => network.MessageDelivered += OnDelivered;

    /// <summary>Grows whenever a node has acknowledged more than ever before.</summary>
    public long Value { get; private set; }

    private void OnDelivered(RaftMessage message)
    {
        switch (message)
        {
            case AppendEntriesReplyMessage { Success: true } reply:
                Note(_lastIndices, reply.From, reply.LastIndex);
                break;
            case InstallSnapshotReplyMessage reply:
                Note(_offsets, (reply.From, reply.LastIncludedIndex, reply.Checksum), reply.NextOffset);
                break;
        }
    }

    private void Note<TKey>(Dictionary<TKey, long> known, TKey key, long value)
        where TKey : notnull
    {
        if (value > known.GetValueOrDefault(key, -1))
        {
            known[key] = value;
            Value++;
        }
    }
}
