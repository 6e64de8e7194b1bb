using System.Runtime.InteropServices;

namespace Raft.Consensus;

/// <summary>A write that the host must hand to its log store, in the order of the versions.</summary>
/// <param name="Version">Grows by one with each write; reported back through <see cref="ConsensusModule.Persisted"/>.</param>
/// <param name="HardState">The new term and vote, or null if they did not change; stored with the entries in one atomic write.</param>
/// <param name="FirstIndex">The index of the first entry: the stored log from there on is replaced.</param>
/// <param name="Entries">The entries; empty if only the hard state changed, and then nothing is replaced.</param>
public readonly record struct PersistRequest(long Version, HardState? HardState, long FirstIndex, ReadOnlyMemory<LogEntry> Entries)
{
    /// <summary>
    /// If set, this is another kind of write: the whole log is replaced by an empty one that starts after an installed snapshot. The
    /// hard state does not change.
    /// </summary>
    public LogStart? Start { get; init; }

    /// <summary>
    /// The commit index, to be stored along with the rest: after a restart it is a lower bound of what was committed. It alone is
    /// never a reason to write.
    /// </summary>
    public long CommitIndex { get; init; }
}

/// <summary>Where a log starts: directly after this entry, which is the last one that a snapshot covers.</summary>
/// <param name="Index">The entry's index.</param>
/// <param name="Term">Its term.</param>
public readonly record struct LogStart(long Index, long Term);

/// <summary>A message that the host must send once a write is durable.</summary>
/// <param name="Message">The message.</param>
/// <param name="RequiredVersion">
/// The version that must be durable first. With 0, or one that is durable already, the message may be sent now.
/// </param>
public readonly record struct OutgoingMessage(RaftMessage Message, long RequiredVersion);

/// <summary>
/// Entries that are no longer in memory and that a follower needs: the host reads them and reports through
/// <see cref="ConsensusModule.EntriesLoaded"/>.
/// </summary>
/// <param name="Follower">The follower that they are for.</param>
/// <param name="Term">The term in which they were asked for; returned with the answer.</param>
/// <param name="FirstIndex">The first index to read.</param>
/// <param name="MaximumEntries">The largest number of entries to read.</param>
/// <param name="MaximumBytes">The largest number of payload bytes to read; a single entry of any size may always be read.</param>
public readonly record struct EntryLoadRequest(NodeId Follower, long Term, long FirstIndex, int MaximumEntries, long MaximumBytes);

/// <summary>
/// What the module asks its host to do. The host carries it out after each <see cref="ConsensusModule.CompleteBatch"/>, then clears
/// it. The spans are valid until the next call on the module or on this object.
/// </summary>
public sealed class ConsensusOutputs
{
    /// <summary>A placeholder for the version of the batch's last write, which has no number before the batch is complete.</summary>
    internal const long LastWriteOfBatch = long.MaxValue;

    private readonly List<PersistRequest> _writes = [];
    private readonly List<OutgoingMessage> _messages = [];
    private readonly List<EntryLoadRequest> _entryLoads = [];
    private readonly List<ChunkLoadRequest> _chunkLoads = [];
    private readonly List<InstallSnapshotMessage> _receivedChunks = [];
    private readonly List<ConsensusNotice> _notices = [];
    private readonly List<ReadIndexGrant> _readGrants = [];
    private readonly List<RaftMessage> _stateMessages = [];

    internal ConsensusOutputs()
    {
    }

    /// <summary>Writes for the log store, in order of their versions.</summary>
    public ReadOnlySpan<PersistRequest> Writes => CollectionsMarshal.AsSpan(_writes);

    /// <summary>Messages for the other nodes, each to be sent once its required version is durable.</summary>
    public ReadOnlySpan<OutgoingMessage> Messages => CollectionsMarshal.AsSpan(_messages);

    /// <summary>Entries that must be loaded from the log store.</summary>
    public ReadOnlySpan<EntryLoadRequest> EntryLoads => CollectionsMarshal.AsSpan(_entryLoads);

    /// <summary>Parts of snapshots that must be loaded from the snapshot store for followers.</summary>
    public ReadOnlySpan<ChunkLoadRequest> ChunkLoads => CollectionsMarshal.AsSpan(_chunkLoads);

    /// <summary>
    /// Parts of a snapshot that came from a leader, to be stored in this order. One at offset 0 starts a new snapshot: a part of
    /// another one is abandoned. The host reports each through <see cref="ConsensusModule.SnapshotChunkStored"/>, the last one through
    /// <see cref="ConsensusModule.SnapshotReceived"/>.
    /// </summary>
    public ReadOnlySpan<InstallSnapshotMessage> ReceivedChunks => CollectionsMarshal.AsSpan(_receivedChunks);

    /// <summary>What people should know about.</summary>
    internal ReadOnlySpan<ConsensusNotice> Notices => CollectionsMarshal.AsSpan(_notices);

    /// <summary>Reads of this node that may be answered once its state machine has applied an index.</summary>
    internal ReadOnlySpan<ReadIndexGrant> ReadGrants => CollectionsMarshal.AsSpan(_readGrants);

    /// <summary>
    /// Messages about the states of the members, which were received and admitted. They do not concern the algorithm, and the host takes
    /// them before it completes the batch.
    /// </summary>
    internal ReadOnlySpan<RaftMessage> StateMessages => CollectionsMarshal.AsSpan(_stateMessages);

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => _writes.Count == 0 && _messages.Count == 0 && _entryLoads.Count == 0 && _chunkLoads.Count == 0
        && _receivedChunks.Count == 0 && _notices.Count == 0 && _readGrants.Count == 0 && _stateMessages.Count == 0;

    /// <summary>Clears everything, once the host has taken it.</summary>
    public void Clear()
    {
        _writes.Clear();
        _messages.Clear();
        _entryLoads.Clear();
        _chunkLoads.Clear();
        _receivedChunks.Clear();
        _notices.Clear();
        _readGrants.Clear();
        _stateMessages.Clear();
    }

    internal void Add(in PersistRequest write) => _writes.Add(write);

    internal void Add(RaftMessage message, long requiredVersion) => _messages.Add(new OutgoingMessage(message, requiredVersion));

    internal void Add(in EntryLoadRequest load) => _entryLoads.Add(load);

    internal void Add(in ChunkLoadRequest load) => _chunkLoads.Add(load);

    internal void Add(InstallSnapshotMessage chunk) => _receivedChunks.Add(chunk);

    internal void Add(ConsensusNotice notice) => _notices.Add(notice);

    internal void Add(in ReadIndexGrant grant) => _readGrants.Add(grant);

    internal void AddStateMessage(RaftMessage message) => _stateMessages.Add(message);

    internal void BindToLastWrite(long version)
    {
        foreach (ref OutgoingMessage message in CollectionsMarshal.AsSpan(_messages))
        {
            if (message.RequiredVersion == LastWriteOfBatch)
            {
                message = message with { RequiredVersion = version };
            }
        }
    }
}
