namespace Raft.Testing;

/// <summary>Log Matching (Figure 3): two logs with an entry of the same index and term are the same in everything up to it.</summary>
internal sealed class LogMatching : ClusterRule
{
    private readonly Dictionary<(long Index, long Term), ulong> _prefixes = [];

    public override string Name => "Log Matching";

    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        LogImage log = node.Store.WrittenImage;
        if (write.Entries.IsEmpty || !log.Reaches(write.FirstIndex - 1))
        {
            return null; // a hole, which the store refuses
        }

        ulong hash = log.HashAt(write.FirstIndex - 1);
        long index = write.FirstIndex;
        foreach (ref readonly LogEntry entry in write.Entries.Span)
        {
            hash = PrefixHash.Add(hash, in entry);
            if (!_prefixes.TryAdd((index, entry.Term), hash) && _prefixes[(index, entry.Term)] != hash)
            {
                return $"{node.Id} writes an entry of index {index} and term {entry.Term} after another history than a node before it.";
            }

            index++;
        }

        return null;
    }
}
