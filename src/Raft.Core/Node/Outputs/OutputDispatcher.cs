using Raft.Consensus;

namespace Raft;

/// <summary>
/// Carries out what the module wants done. It is the one place that orders persisting and sending: no vote and no acknowledgement
/// leaves before what it promises is durable (Figure 2, persistent state).
/// </summary>
internal sealed class OutputDispatcher(
    NodeContext context,
    MessageSender sender,
    LogStoreReader reader,
    SnapshotSenders snapshotSenders,
    SnapshotInstaller snapshotInstaller,
    NoticeReports notices,
    NodeReads reads)
{
    private readonly HeldMessages _held = new(); // bounded by what others can ask while writes are under way
    private readonly DiskWatch _disk = new(context);

    /// <summary>How many messages wait for a write.</summary>
    public int HeldMessages => _held.Count;

    /// <summary>How many writes were handed to the log store and are not durable yet.</summary>
    public int WritesInFlight { get; private set; }

    /// <summary>Watches the writes to the log.</summary>
    public DiskWatch Watch => _disk;

    /// <summary>Writes have completed on the log store.</summary>
    public void OnWritesCompleted(int count) => WritesInFlight -= count;

    /// <summary>Looks whether the log store hangs.</summary>
    public void WatchDisk(int completedWrites) => _disk.Check(completedWrites, WritesInFlight);

    /// <summary>Ends the module's batch of inputs and carries out what follows from it.</summary>
    public void Dispatch()
    {
        ConsensusModule module = context.Module;
        ConsensusOutputs outputs = module.Outputs;
        long persisted;
        do
        {
            module.CompleteBatch();

            // What may leave at once leaves before the write, so that the followers' disks work at the same time as this one
            // (dissertation, section 10.2.1).
            SendOrHold(outputs.Messages);
            persisted = Write(outputs.Writes);
            Load(outputs);
            notices.Report(outputs.Notices);
            reads.Grant(outputs.ReadGrants);
            outputs.Clear();
            if (persisted > 0)
            {
                module.Persisted(persisted, context.Now);
            }

            SendDurable();
        }
        while (persisted > 0); // a completed write may elect or commit, which wants more done in the same pass
    }

    private void SendOrHold(ReadOnlySpan<OutgoingMessage> messages)
    {
        foreach (ref readonly OutgoingMessage message in messages)
        {
            if (message.RequiredVersion <= context.Module.DurableVersion)
            {
                sender.Send(message.Message);
            }
            else
            {
                _held.Add(in message);
            }
        }
    }

    /// <summary>Sends the held messages whose required version has become durable, in their order.</summary>
    private void SendDurable()
    {
        while (_held.TryTake(context.Module.DurableVersion) is { } message)
        {
            sender.Send(message);
        }
    }

    /// <summary>Starts the writes, in order.</summary>
    /// <returns>The version of the last one that is durable already; 0 if none is.</returns>
    private long Write(ReadOnlySpan<PersistRequest> writes)
    {
        long persisted = 0;
        foreach (ref readonly PersistRequest request in writes)
        {
            ValueTask write = Start(in request);
            if (write.IsCompletedSuccessfully)
            {
                write.GetAwaiter().GetResult();
                persisted = request.Version;
                continue;
            }

            if (WritesInFlight == 0)
            {
                _disk.OnFirstWrite();
            }

            WritesInFlight++;
            _ = AwaitAsync(write, request.Version);
        }

        return persisted;
    }

    private ValueTask Start(in PersistRequest request)
    {
        ILogStore store = context.Settings.LogStore;
        try
        {
            return request.Start is { } start
                ? store.ResetAsync(start.Index, start.Term)
                : store.WriteAsync(new LogWrite(request.HardState, request.FirstIndex, request.Entries)
                {
                    CommitIndex = request.CommitIndex,
                });
        }
        catch (Exception exception)
        {
            throw WriteFailed(exception);
        }
    }

    private async Task AwaitAsync(ValueTask write, long version)
    {
        try
        {
            await write.ConfigureAwait(false);
            context.Mailbox.ReportPersisted(version);
        }
        // Any exception of the store stops the node, and becomes the reason of the failure.
        catch (Exception exception)
        {
            context.Mailbox.ReportFailure(WriteFailed(exception));
        }

        context.Wake();
    }

    private NodeFailedException WriteFailed(Exception exception) => new(
        $"A write to the log store {context.Settings.LogStore.GetType().Name} failed: {exception.Message.TrimEnd('.')}. "
        + "The node has stopped, since it is unknown what is durable now. Repair the store, then run the node again.",
        exception);

    private void Load(ConsensusOutputs outputs)
    {
        foreach (ref readonly EntryLoadRequest load in outputs.EntryLoads)
        {
            _ = LoadEntriesAsync(load);
        }

        foreach (ref readonly ChunkLoadRequest load in outputs.ChunkLoads)
        {
            snapshotSenders.Load(in load);
        }

        foreach (InstallSnapshotMessage chunk in outputs.ReceivedChunks)
        {
            snapshotInstaller.Store(chunk);
        }
    }

    private async Task LoadEntriesAsync(EntryLoadRequest load)
    {
        if (await reader.ReadAsync(load.FirstIndex, load.MaximumEntries, load.MaximumBytes).ConfigureAwait(false) is { } entries)
        {
            context.Report(() => context.Module.EntriesLoaded(load, entries, context.Now));
        }
    }
}
