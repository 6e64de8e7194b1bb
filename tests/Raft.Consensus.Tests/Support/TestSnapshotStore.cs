namespace Raft.Consensus.Tests.Support;

/// <summary>The snapshot store of one node. A complete snapshot survives a crash; what was received in part is lost.</summary>
internal sealed class TestSnapshotStore
{
    private readonly List<TestSnapshot> _snapshots = [];
    private readonly List<byte> _part = [];
    private SnapshotIdentity? _partOf;
    private ReadOnlyMemory<byte> _header;

    /// <summary>The snapshot that covers most of the log; of several, the newest.</summary>
    public TestSnapshot? Latest => _snapshots.MaxBy(snapshot => (snapshot.Index, _snapshots.IndexOf(snapshot)));

    /// <summary>The bytes of a snapshot that is not complete.</summary>
    public int PartLength => _part.Count;

    public void Add(TestSnapshot snapshot) => _snapshots.Add(snapshot);

    public void DeleteAllButTheLatest() => _snapshots.RemoveAll(snapshot => snapshot != Latest);

    public void DeleteAll() => _snapshots.Clear();

    /// <summary>The part that a follower needs; null if that snapshot is not there.</summary>
    public SnapshotChunk? Read(in ChunkLoadRequest load)
    {
        SnapshotIdentity? wanted = load.Snapshot;
        TestSnapshot? snapshot = wanted is null ? Latest : _snapshots.Find(candidate => candidate.Identity == wanted);
        return snapshot?.ChunkAt(load.Offset, load.MaximumBytes);
    }

    /// <summary>Stores a chunk. The module promises an order, which is checked here.</summary>
    /// <returns>The snapshot if the chunk was its last one and its checksum is right, and what to report otherwise.</returns>
    public (TestSnapshot? Completed, long NextOffset) Store(InstallSnapshotMessage chunk)
    {
        SnapshotIdentity snapshot = IdentityOf(chunk);
        if (chunk.Offset == 0)
        {
            Abandon();
            _partOf = snapshot;
            _header = chunk.Header;
        }

        Assert.True(_partOf == snapshot, $"A chunk of {snapshot} came at {chunk.Offset}, when {_partOf} was being received.");
        Assert.True(_part.Count == chunk.Offset, $"A chunk arrived for offset {chunk.Offset}, but {_part.Count} bytes are stored.");
        _part.AddRange(chunk.Data.Span);
        if (!chunk.IsLast)
        {
            return (null, _part.Count);
        }

        TestSnapshot received = new(
            chunk.LastIncludedIndex,
            chunk.LastIncludedTerm,
            [.. _part],
            TestSnapshot.TimeOf(_header),
            TestSnapshot.ConfigurationOf(_header));
        Abandon();
        if (received.Identity != snapshot)
        {
            return (null, 0);
        }

        Add(received);
        return (received, 0);
    }

    /// <summary>Forgets what was received in part.</summary>
    public void Abandon()
    {
        _part.Clear();
        _partOf = null;
    }

    public static SnapshotIdentity IdentityOf(InstallSnapshotMessage chunk) =>
        new(chunk.LastIncludedIndex, chunk.LastIncludedTerm, chunk.Checksum);
}
