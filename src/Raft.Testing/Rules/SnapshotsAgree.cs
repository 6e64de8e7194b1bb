namespace Raft.Testing;

/// <summary>
/// Section 7: a snapshot includes only what is committed, and two nodes that take one at the same index write the same state. Only for
/// state machines that write the same bytes for the same state.
/// </summary>
internal sealed class SnapshotsAgree(CommittedLog committed)
{
    private readonly Dictionary<long, (NodeId Node, ulong Hash)> _contents = [];

    /// <summary>Whether the state machine writes the same bytes for the same state.</summary>
    public bool ComparesBytes { get; set; } = true;

    /// <summary>How many snapshots were looked at.</summary>
    public int Count { get; private set; }

    /// <summary>A snapshot has become durable.</summary>
    /// <returns>A description of the violation; null if there is none.</returns>
    public string? OnCommitted(NodeId node, in SnapshotInfo snapshot, ReadOnlySpan<byte> content)
    {
        Count++;
        long index = snapshot.LastIncludedIndex;
        if (index > committed.LastIndex)
        {
            return $"Snapshots agree is broken: {node} has a snapshot up to index {index}, and only {committed.LastIndex} entries are "
                + "committed.";
        }

        if (snapshot.LastIncludedTerm != committed.TermAt(index))
        {
            return $"Snapshots agree is broken: {node} has a snapshot up to index {index} of term {snapshot.LastIncludedTerm}, and the "
                + $"entry committed there has term {committed.TermAt(index)}.";
        }

        if (!ComparesBytes)
        {
            return null;
        }

        ulong hash = PrefixHash.Of(content);
        return _contents.TryAdd(index, (node, hash)) || _contents[index].Hash == hash
            ? null
            : $"Snapshots agree is broken: {node} and {_contents[index].Node} have snapshots up to index {index} that differ.";
    }
}
