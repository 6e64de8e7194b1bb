using Raft.Consensus;

namespace Raft;

/// <content>Carries out what the module wants: the one place that keeps the order of persisting and sending.</content>
internal sealed partial class NodeLife
{
    private readonly Queue<OutgoingMessage> _held = new();
    private readonly List<DirectCall> _directCalls = [];
    private long _lastDirectCall;
    private int _writesInFlight;
    private volatile bool _isTransportStarted;

    private readonly record struct DirectCall(long Correlation, PendingCaller Caller);

    private void CarryOutOutputs()
    {
        long persisted;
        do
        {
            _module.CompleteBatch();
            ConsensusOutputs outputs = _module.Outputs;

            // What may go at once goes before the write, so that the followers' disks work at the same time as this one.
            foreach (ref readonly OutgoingMessage message in outputs.Messages)
            {
                if (message.RequiredVersion <= _module.DurableVersion)
                {
                    Send(message.Message);
                }
                else
                {
                    _held.Enqueue(message);
                }
            }

            persisted = Write(outputs.Writes);
            foreach (ref readonly EntryLoadRequest load in outputs.EntryLoads)
            {
                _ = LoadForFollowerAsync(load);
            }

            foreach (ref readonly ChunkLoadRequest load in outputs.ChunkLoads)
            {
                LoadChunk(in load);
            }

            foreach (InstallSnapshotMessage chunk in outputs.ReceivedChunks)
            {
                StoreChunk(chunk);
            }

            outputs.Clear();
            if (persisted > 0)
            {
                _module.Persisted(persisted, _now);
            }

            SendDurable();
        }
        while (persisted > 0); // a completed write may elect or commit, which wants more done in the same pass
    }

    /// <summary>Starts the writes, in order.</summary>
    /// <returns>The version of the last one that is durable already; 0 if none is.</returns>
    private long Write(ReadOnlySpan<PersistRequest> writes)
    {
        long persisted = 0;
        foreach (ref readonly PersistRequest request in writes)
        {
            ValueTask write;
            try
            {
                write = request.Start is { } start
                    ? _settings.LogStore.ResetAsync(start.Index, start.Term)
                    : _settings.LogStore.WriteAsync(new LogWrite(request.HardState, request.FirstIndex, request.Entries));
            }
            catch (Exception exception)
            {
                throw WriteFailed(exception);
            }

            if (write.IsCompletedSuccessfully)
            {
                write.GetAwaiter().GetResult();
                persisted = request.Version;
            }
            else
            {
                WatchDiskFrom(_writesInFlight);
                _writesInFlight++;
                _ = AwaitWriteAsync(write, request.Version);
            }
        }

        return persisted;
    }

    private async Task AwaitWriteAsync(ValueTask write, long version)
    {
        try
        {
            await write.ConfigureAwait(false);
            _mailbox.ReportPersisted(version);
        }
        // Whatever a store throws stops the node, with the exception as its reason.
        catch (Exception exception)
        {
            _mailbox.ReportFailure(WriteFailed(exception));
        }

        Wake();
    }

    /// <summary>No vote and no acknowledgement leaves before what it promises is durable (Figure 2, persistent state).</summary>
    private void SendDurable()
    {
        while (_held.TryPeek(out OutgoingMessage message) && message.RequiredVersion <= _module.DurableVersion)
        {
            _held.Dequeue();
            Send(message.Message);
        }
    }

    private void Send(RaftMessage message)
    {
        if (message.Correlation < 0)
        {
            AnswerDirectCall(message);
        }
        else if (_isTransportStarted)
        {
            _metrics?.CountSent(message);
            SendOver(_settings.Transport!, message);
        }
    }

    private void SendOver(ITransport transport, RaftMessage message)
    {
        try
        {
            transport.Send(_settings.MemberOf(message.To), message);
        }
        catch (Exception exception)
        {
            throw new NodeFailedException(
                $"The transport {transport.GetType().Name} threw {exception.GetType().Name} from Send: {exception.Message.TrimEnd('.')}. Send must never throw: have it drop the message instead, then run the node again.", exception);
        }
    }

    /// <summary>
    /// Gives a message of a handler's caller to the module. It gets a number below zero, which no message of a transport
    /// has, so that the answer finds its way to the caller and not to the transport.
    /// </summary>
    private void Call(RaftMessage request, PendingCaller caller)
    {
        long correlation = --_lastDirectCall;
        _directCalls.Add(new DirectCall(correlation, caller));
        _module.Receive(request with { Correlation = correlation }, _now);
    }

    private void AnswerDirectCall(RaftMessage reply)
    {
        int position = _directCalls.FindIndex(call => call.Correlation == reply.Correlation);
        PendingCaller caller = _directCalls[position].Caller;
        _directCalls.RemoveAt(position);
        switch (reply)
        {
            case RequestVoteReplyMessage vote:
                Complete((CompletionSource<RequestVoteReply>)caller.Source!, caller.Generation, new RequestVoteReply(vote.Term, vote.VoteGranted));
                break;
            case AppendEntriesReplyMessage append:
                Complete(
                    (CompletionSource<AppendEntriesReply>)caller.Source!,
                    caller.Generation,
                    new AppendEntriesReply(append.Term, append.Success, append.LastIndex, append.ConflictTerm, append.ConflictIndex));
                break;
        }
    }

    private async Task LoadForFollowerAsync(EntryLoadRequest load)
    {
        if (await ReadStoreAsync(load.FirstIndex, load.MaximumEntries, load.MaximumBytes).ConfigureAwait(false) is { } entries)
        {
            TryPost(new FollowerEntriesLoaded(load, entries));
        }
    }

    /// <summary>Reads entries that are no longer in memory. A failing read stops the node.</summary>
    /// <returns>The entries, or null if the read failed.</returns>
    private async ValueTask<LogEntry[]?> ReadStoreAsync(long firstIndex, int maximumEntries, long maximumBytes)
    {
        try
        {
            IReadOnlyList<LogEntry> entries = await _settings.LogStore
                .ReadAsync(firstIndex, maximumEntries, maximumBytes, _stopping.Token).ConfigureAwait(false);
            return [.. entries];
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return null;
        }
        // Whatever a store throws stops the node, with the exception as its reason.
        catch (Exception exception)
        {
            OnFailed(new NodeFailedException(
                $"The log store {_settings.LogStore.GetType().Name} could not read entry {firstIndex}: {exception.Message.TrimEnd('.')}. The node has stopped. Mend the store, then run the node again.",
                exception));
            return null;
        }
    }

    private NodeFailedException WriteFailed(Exception exception) => new(
        $"A write to the log store {_settings.LogStore.GetType().Name} failed: {exception.Message.TrimEnd('.')}. The node has stopped, since nobody knows what is durable now. Mend the store, then run the node again.",
        exception);

    private sealed class FollowerEntriesLoaded(EntryLoadRequest load, LogEntry[] entries) : NodeRequest
    {
        public override void Execute(NodeLife life) => life._module.EntriesLoaded(load, entries, life._now);

        public override void Refuse(Exception reason)
        {
            // nobody waits for it
        }
    }

    /// <summary>RequestVote or AppendEntries, called as a method.</summary>
    public sealed class HandlerCall(RaftMessage request, PendingCaller caller) : NodeRequest
    {
        public override void Execute(NodeLife life) => life.Call(request, caller);

        public override void Refuse(Exception reason)
        {
            if (caller.Source!.TryFail(caller.Generation, reason))
            {
                caller.Source.Resume();
            }
        }
    }
}
