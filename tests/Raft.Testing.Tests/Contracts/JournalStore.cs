using System.Text;

namespace Raft.Testing.Tests.Contracts;

/// <summary>A small log store that keeps the contract, unless it has a defect.</summary>
internal sealed class JournalStore(JournalDisk disk, JournalDefect defect) : ILogStore
{
    private readonly LogEntry[] _lent = new LogEntry[100];
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ExpectedLog _log = new();
    private Task _last = Task.CompletedTask;
    private bool _isAbandoned;
    private bool _hasFailed;
    private bool _wasClosed;

    public ValueTask<LogState> OpenAsync(string clusterId, NodeId nodeId, CancellationToken cancellationToken)
    {
        StringComparison comparison = Has(JournalDefect.StoreOfAnotherClusterIsRefused)
            ? StringComparison.OrdinalIgnoreCase
            : StringComparison.Ordinal;
        if (disk.Owner is { } owner
            && (!string.Equals(owner.ClusterId, clusterId, comparison)
                || (owner.Node != nodeId && !Has(JournalDefect.StoreOfAnotherNodeIsRefused))))
        {
            throw new StorageCorruptedException($"It belongs to {owner}.");
        }

        ObjectDisposedException.ThrowIf(_wasClosed && Has(JournalDefect.ClosedStoreCanBeOpenedAgain), this);
        disk.Owner = (clusterId, nodeId);
        _hasFailed = false;
        _log = disk.Durable.Copy();
        if (Has(JournalDefect.WhatWasWrittenIsRead) && _log.LastIndex > 1)
        {
            _log.Write(new LogWrite(null, 1, new[] { _log[1] })); // finds the first entry only
        }

        disk.Openings += Has(JournalDefect.StoreIsIdentified) ? 0 : 1;
        LogState state = _log.State with { Store = new StoreIdentity(disk.StoreId, disk.Openings) };
        return new(Has(JournalDefect.NewStoreIsEmpty) ? state with { HardState = new HardState(1, null) } : state);
    }

    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
    {
        ExpectedLog log = Has(JournalDefect.ReadsSeeWritesUnderWay) ? disk.Durable : _log;
        if (Has(JournalDefect.ReadsOutsideTheLogGiveNothing) && log.LastIndex > log.PreviousIndex)
        {
            firstIndex = Math.Min(firstIndex, log.LastIndex);
        }

        List<LogEntry> read = [];
        long bytes = 0;
        for (long index = firstIndex; index > log.PreviousIndex && index <= log.LastIndex && read.Count < maximumEntries; index++)
        {
            bytes += log[index].Data.Length;
            if (bytes > maximumBytes && read.Count > 0 && !Has(JournalDefect.ReadsKeepTheirLimits))
            {
                break;
            }

            read.Add(log[index]);
        }

        if (Has(JournalDefect.WhatWasReadBelongsToTheReader))
        {
            read.CopyTo(_lent);
            return new(_lent.AsMemory(0, read.Count));
        }

        return new(read.ToArray());
    }

    public ValueTask WriteAsync(LogWrite write)
    {
        if (disk.FailsNext || _hasFailed)
        {
            disk.FailsNext = false;
            if (!_hasFailed)
            {
                _log.Write(write); // it may reach the disk or not
            }

            _hasFailed = !Has(JournalDefect.FailedWriteMakesLaterOnesFail);
            return ValueTask.FromException(new IOException("The disk is broken."));
        }

        write = Distort(write);
        _log.Write(Has(JournalDefect.SuffixIsReplaced) ? KeepTail(_log, write) : write);
        disk.Add(write);
        if (Has(JournalDefect.CompletedWritesSurviveACrash))
        {
            return ValueTask.CompletedTask; // before it is flushed
        }

        _last = FlushLaterAsync();
        return new(_last);
    }

    public ValueTask CompactAsync(long throughIndex)
    {
        disk.Flush();
        long through = Has(JournalDefect.CompactionKeepsLaterEntries) ? Math.Min(throughIndex + 1, _log.LastIndex) : throughIndex;
        _log.Compact(through);
        bool dropsMore = Has(JournalDefect.CrashAfterACompactionKeepsLaterEntries); // restored later in the correct implementation
        disk.Durable.Compact(dropsMore ? Math.Min(through + 1, _log.LastIndex) : through);
        return ValueTask.CompletedTask;
    }

    public ValueTask ResetAsync(long index, long term)
    {
        _log.Reset(index, term);
        bool isLate = Has(JournalDefect.CompletedResetSurvivesACrash) || Has(JournalDefect.ResetRestartsTheLog);
        if (Has(JournalDefect.ResetTakesItsPlaceAmongTheWrites))
        {
            disk.Forget(); // they are void, as it thinks; but one of them had a vote
        }

        if (!isLate)
        {
            disk.Flush();
            disk.Durable.Reset(index, term);
        }

        if (Has(JournalDefect.CrashDuringAResetLeavesOneOrTheOther))
        {
            disk.Durable.Reset(0, 0); // what was there is gone, what is to come not there yet
            _last = FlushLaterAsync(() => disk.Durable.Reset(index, term));
            return new(_last);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask CloseAsync()
    {
        _wasClosed = true;
        if (Has(JournalDefect.CloseWaitsForTheWritesUnderWay))
        {
            disk.Forget();
            _closing.TrySetResult();
            return;
        }

        await _last;
        disk.Flush();
        if (Has(JournalDefect.CompletedResetSurvivesACrash) || Has(JournalDefect.ReplacedTailNeverComesBackAfterACrash))
        {
            CopyToDisk(); // in good order all ends well
        }
    }

    public void Abandon() => _isAbandoned = true;

    /// <summary>A write of a store that overwrites entries in place and does not remove the entries after them.</summary>
    public static LogWrite KeepTail(ExpectedLog log, LogWrite write)
    {
        if (write.Entries.IsEmpty)
        {
            return write;
        }

        List<LogEntry> entries = [.. write.Entries.Span];
        for (long index = write.FirstIndex + write.Entries.Length; index <= log.LastIndex; index++)
        {
            entries.Add(log[index]);
        }

        return write with { Entries = entries.ToArray() };
    }

    private bool Has(JournalDefect possible) => defect == possible;

    private async Task FlushLaterAsync(Action? then = null)
    {
        if (Has(JournalDefect.CloseWaitsForTheWritesUnderWay))
        {
            await _closing.Task; // otherwise all writes may be done before the close on a busy machine, and the defect does not show
        }
        else
        {
            await Task.Delay(1);
        }

        if (_isAbandoned)
        {
            await new TaskCompletionSource().Task; // the machine has no power
        }

        disk.Flush();
        then?.Invoke();
    }

    private void CopyToDisk()
    {
        disk.Durable.Reset(_log.PreviousIndex, _log.PreviousTerm);
        LogEntry[] entries = [.. Enumerable.Range(0, (int)(_log.LastIndex - _log.PreviousIndex))
            .Select(i => _log[_log.PreviousIndex + 1 + i])];
        disk.Durable.Write(new LogWrite(_log.HardState, _log.PreviousIndex + 1, entries) { CommitIndex = _log.CommitIndex });
    }

    private LogWrite Distort(LogWrite write) => defect switch
    {
        JournalDefect.TimeAndKindAreKept =>
            Change(write, entry => entry with { Time = DateTimeOffset.FromUnixTimeMilliseconds(entry.Time.ToUnixTimeMilliseconds()) }),
        JournalDefect.EmptyPayloadsAreKept =>
            write with { Entries = write.Entries.ToArray().Where(entry => entry.Data.Length > 0).ToArray() },
        JournalDefect.LargePayloadsAreKept => Change(write, entry => entry with { Data = entry.Data[..(entry.Data.Length & 0xFFFF)] }),
        JournalDefect.HardStateIsKeptWhole when write.HardState is { } state =>
            write with { HardState = new HardState(state.Term, state.VotedFor) },
        JournalDefect.CommitIndexIsKept => write with { CommitIndex = write.Entries.IsEmpty ? 0 : write.CommitIndex },
        JournalDefect.HardStateIsWrittenWithTheEntries => write with { HardState = write.Entries.IsEmpty ? write.HardState : null },
        JournalDefect.WriteWithoutEntriesKeepsTheLog when write.Entries.IsEmpty && write.FirstIndex > 1
            && write.FirstIndex <= _log.LastIndex =>
            write with { FirstIndex = write.FirstIndex - 1, Entries = new[] { _log[write.FirstIndex - 1] } },
        JournalDefect.AnyNamesAreKept when write.HardState is { VotedFor: { } vote } state =>
            write with { HardState = state with { VotedFor = Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(vote.Value)) } },
        _ => write,
    };

    private static LogWrite Change(LogWrite write, Func<LogEntry, LogEntry> change) =>
        write with { Entries = write.Entries.ToArray().Select(change).ToArray() };
}
