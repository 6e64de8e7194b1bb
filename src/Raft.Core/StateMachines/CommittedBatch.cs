using Raft.Consensus;

namespace Raft;

/// <summary>
/// Committed commands for a state machine to apply, in order. It also receives their results. Positions are from 0 to
/// <see cref="Count"/> - 1.
/// </summary>
/// <remarks>
/// It is valid until the call to <see cref="IStateMachine.ApplyAsync"/> that received it has completed. Use it on one thread at
/// a time.
/// </remarks>
public sealed partial class CommittedBatch
{
    private readonly List<int> _offsets = []; // of the commands within the entries; empty if every entry is a command
    private ReadOnlyMemory<LogEntry> _entries;

    internal CommittedBatch()
    {
    }

    // A command has an index, a position and an offset. If the batch covers entries 7 to 10 and 8 is a no-op, the command at index 9
    // has position 1 among the commands, and offset 2 among the entries.

    /// <summary>The number of commands.</summary>
    public int Count { get; private set; }

    /// <summary>The index of the first log entry that it covers, which need not be a command.</summary>
    internal long FirstIndex { get; private set; }

    /// <summary>The index of the last log entry that it covers.</summary>
    internal long LastIndex => FirstIndex + _entries.Length - 1;

    /// <summary>The number of bytes of the log entries that it covers, including entries that are not commands.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The time of the last log entry that it covers.</summary>
    internal DateTimeOffset LastTime => _entries.Span[^1].Time;

    /// <summary>The position of the command that is being applied: the one after the last that has a result.</summary>
    internal int Current { get; private set; }

    /// <summary>Observes the results until the batch is finished. Null (the default): results are not encoded for it.</summary>
    internal ResultObserver? Observer { get; set; }

    /// <summary>Returns the command at a position.</summary>
    /// <param name="position">The position.</param>
    /// <returns>Its bytes. They never change and may be kept.</returns>
    public ReadOnlyMemory<byte> Command(int position) => Entry(position).Data;

    /// <summary>Returns the position in the log of the command at a position of the batch.</summary>
    /// <param name="position">The position.</param>
    /// <returns>Its index, term and time.</returns>
    public CommandContext Context(int position)
    {
        ref readonly LogEntry entry = ref Entry(position);
        return new CommandContext(IndexOf(position), entry.Term, entry.Time);
    }

    /// <summary>
    /// Sets the result of the command at a position, as bytes. Without a result, a proposer of bytes receives no bytes, and a
    /// typed proposer receives an exception.
    /// </summary>
    /// <param name="position">The position.</param>
    /// <param name="result">The result; it must not change afterwards.</param>
    public void Complete(int position, ReadOnlyMemory<byte> result)
    {
        Observer?.OnCompleted(IndexOf(position), result);
        CompleteUnobserved(position, result);
    }

    /// <summary>Sets the result of the command at a position. It is encoded only if its proposer waits for bytes.</summary>
    /// <typeparam name="TResult">Its type.</typeparam>
    /// <param name="position">The position.</param>
    /// <param name="result">The result.</param>
    /// <param name="codec">Encodes it if needed.</param>
    public void Complete<TResult>(int position, TResult result, ICodec<TResult> codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        Observer?.OnCompleted(IndexOf(position), Codec.Encode(codec, result));
        PendingCaller caller = CallerOf(position);
        if (caller.Source is CompletionSource<TResult> typed)
        {
            Succeed(position, typed, caller.Generation, result);
        }
        else if (caller.Source is not null && caller.Source.IsPending(caller.Generation))
        {
            CompleteUnobserved(position, Codec.Encode(codec, result));
        }

        Current = position + 1; // not earlier: if the codec throws, this command has failed
    }

    /// <summary>Refuses the command at a position. The state must not have changed; the proposer receives the exception.</summary>
    /// <param name="position">The position.</param>
    /// <param name="reason">Why.</param>
    public void Reject(int position, CommandRejectedException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Observer?.OnRejected(IndexOf(position), reason.Message);
        Current = position + 1;
        lock (_lock)
        {
            if (!_abandoned)
            {
                Fail(position, reason, ref _outcomes.Rejected);
            }
        }
    }

    /// <summary>Fills the batch with a slice of the log, and with the callers that wait for its commands.</summary>
    /// <param name="firstIndex">The slice's first index.</param>
    /// <param name="entries">The slice.</param>
    /// <param name="pending">The callers that wait.</param>
    /// <param name="resume">Resumes them.</param>
    internal void Fill(long firstIndex, ReadOnlyMemory<LogEntry> entries, PendingProposals pending, ResumeBatch resume)
    {
        FirstIndex = firstIndex;
        _entries = entries;
        _resume = resume;
        _outcomes = default;
        Current = 0;
        _hasCallers = pending.Count > 0;
        FindCommands(entries.Span);
        if (_hasCallers)
        {
            FindCallers(pending);
        }
    }

    private void FindCommands(ReadOnlySpan<LogEntry> entries)
    {
        long bytes = entries.Length * (long)ReplicatedLog.EntryOverhead;
        int commands = 0;
        foreach (ref readonly LogEntry entry in entries)
        {
            bytes += entry.Data.Length;
            commands += entry.Kind == EntryKind.Command ? 1 : 0;
        }

        Bytes = bytes;
        Count = commands;
        for (int offset = 0; commands < entries.Length && offset < entries.Length; offset++)
        {
            if (entries[offset].Kind == EntryKind.Command)
            {
                _offsets.Add(offset);
            }
        }
    }

    private int OffsetOf(int position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)position, (uint)Count, nameof(position));
        return _offsets.Count == 0 ? position : _offsets[position];
    }

    private long IndexOf(int position) => FirstIndex + OffsetOf(position);

    private ref readonly LogEntry Entry(int position) => ref _entries.Span[OffsetOf(position)];

    private void Clear()
    {
        Array.Clear(_callers, 0, _hasCallers ? Count : 0);
        _offsets.Clear();
        Count = 0;
        _entries = default;
        _resume = null;
        Observer = null;
    }
}
