using System.Text;

namespace Raft.Consensus.Tests.Support;

/// <content>Snapshots: taken, sent, received. Chunks are read and stored at once, unless the test says that it does so itself.</content>
internal sealed partial class TestNode
{
    public TestSnapshotStore Snapshots { get; } = new();

    /// <summary>Whether chunks for followers are read at once. If not, the requests collect in <see cref="ChunkLoads"/>.</summary>
    public bool AnswersSnapshotLoads { get; set; } = true;

    public List<ChunkLoadRequest> ChunkLoads { get; } = [];

    /// <summary>Whether chunks from a leader are stored at once. If not, they collect in <see cref="ReceivedChunks"/>.</summary>
    public bool StoresChunks { get; set; } = true;

    public List<InstallSnapshotMessage> ReceivedChunks { get; } = [];

    /// <summary>The snapshots from which the state machine had to be restored in this run.</summary>
    public List<TestSnapshot> Restored { get; } = [];

    /// <summary>Takes a snapshot of everything that is committed and durable, or up to an index before.</summary>
    public TestSnapshot TakeSnapshot(long? through = null, byte[]? content = null)
    {
        long index = through ?? Math.Min(Module.CommitIndex, Module.DurableIndex);
        byte[] state = content ?? Encoding.UTF8.GetBytes($"state {index:000}");
        ClusterConfiguration configuration = Module.ConfigurationAt(index);
        TestSnapshot snapshot = new(index, Module.TermAt(index), state, TimeAt(index), configuration.Index == 0 ? null : configuration);
        Snapshots.Add(snapshot);
        return snapshot;
    }

    /// <summary>Drops the log up to an index, which a snapshot covers.</summary>
    public void DropThrough(long index)
    {
        long previousIndex = Module.FirstIndex - 1;
        Module.Compact(index);
        if (index > previousIndex)
        {
            Disk.DropThrough(index);
        }

        Flush();
    }

    /// <summary>Takes a snapshot, and drops what it covers from the log.</summary>
    public TestSnapshot Compact(long? through = null, byte[]? content = null)
    {
        TestSnapshot snapshot = TakeSnapshot(through, content);
        DropThrough(snapshot.Index);
        return snapshot;
    }

    /// <summary>Reads the chunk that was asked for first.</summary>
    public void AnswerSnapshotLoad()
    {
        ChunkLoadRequest load = ChunkLoads[0];
        ChunkLoads.RemoveAt(0);
        SnapshotChunkLoaded(in load, Snapshots.Read(in load));
    }

    public void SnapshotChunkLoaded(in ChunkLoadRequest load, SnapshotChunk? chunk)
    {
        Module.SnapshotChunkLoaded(in load, chunk, _clock.Now);
        Flush();
    }

    /// <summary>Stores the chunk that arrived first.</summary>
    public void StoreChunk() => StoreChunkInSilence()();

    /// <summary>Stores the chunk that arrived first. The module is not notified yet.</summary>
    /// <returns>Notifies it.</returns>
    public Action StoreChunkInSilence()
    {
        InstallSnapshotMessage chunk = ReceivedChunks[0];
        ReceivedChunks.RemoveAt(0);
        return Store(chunk);
    }

    /// <summary>The chunk that arrived first cannot be stored.</summary>
    public void RefuseChunk()
    {
        InstallSnapshotMessage chunk = ReceivedChunks[0];
        ReceivedChunks.RemoveAt(0);
        Snapshots.Abandon();
        SnapshotChunkStored(TestSnapshotStore.IdentityOf(chunk), nextOffset: 0);
    }

    public void SnapshotChunkStored(SnapshotIdentity snapshot, long nextOffset)
    {
        Module.SnapshotChunkStored(snapshot, nextOffset, _clock.Now);
        Flush();
    }

    public void SnapshotReceived(TestSnapshot snapshot)
    {
        if (Module.SnapshotReceived(snapshot.Identity, snapshot.Time, _clock.Now, snapshot.Configuration))
        {
            Restored.Add(snapshot);
        }

        Flush();
    }

    private Action Store(InstallSnapshotMessage chunk)
    {
        (TestSnapshot? completed, long nextOffset) = Snapshots.Store(chunk);
        return completed is null
            ? () => SnapshotChunkStored(TestSnapshotStore.IdentityOf(chunk), nextOffset)
            : () => SnapshotReceived(completed);
    }

    private void TakeSnapshotLoads(ChunkLoadRequest[] loads)
    {
        foreach (ChunkLoadRequest load in loads)
        {
            if (AnswersSnapshotLoads)
            {
                SnapshotChunkLoaded(in load, Snapshots.Read(in load));
            }
            else
            {
                ChunkLoads.Add(load);
            }
        }
    }

    private void TakeReceivedChunks(InstallSnapshotMessage[] chunks)
    {
        foreach (InstallSnapshotMessage chunk in chunks)
        {
            if (StoresChunks)
            {
                Store(chunk)();
            }
            else
            {
                ReceivedChunks.Add(chunk);
            }
        }
    }

    private void ForgetTransfers()
    {
        ChunkLoads.Clear();
        ReceivedChunks.Clear();
        Restored.Clear();
        Snapshots.Abandon();
    }

    private DateTimeOffset TimeAt(long index) =>
        index >= Module.FirstCachedIndex && index <= Module.LastIndex ? Module.CachedEntries(index, index, 1).Span[0].Time
        : index > Disk.Start.Index ? Disk.Stored[index].Time
        : Snapshots.Latest?.Time ?? default;
}
