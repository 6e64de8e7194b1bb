namespace Raft.Consensus;

/// <content>What a node starts from: the stored term and vote, log, and commit index.</content>
public sealed partial class ConsensusModule
{
    /// <summary>Takes entries that the log store holds, in order, before <see cref="Start"/>. They count as durable.</summary>
    /// <param name="entries">The entries that follow those taken before.</param>
    /// <exception cref="ConsensusInvariantException">Their terms fall, are 0, or exceed the stored term.</exception>
    /// <exception cref="UnsupportedEntryException">This version does not implement the kind of an entry.</exception>
    public void Recover(ReadOnlySpan<LogEntry> entries)
    {
        foreach (ref readonly LogEntry entry in entries)
        {
            CheckStored(in entry, _log.LastIndex + 1);
            _log.Append(in entry);
        }

        OnConfigurationMayHaveChanged();
        _durability.Recover(_log.LastIndex);
        _firstUnwritten = _log.LastIndex + 1;
        _log.Evict(_log.LastIndex, _options.MaximumCachedEntries, _options.MaximumCachedBytes);
    }

    /// <summary>
    /// Records that entries up to an index are known to be committed, because a durable state machine has applied them, or the log
    /// store says so.
    /// </summary>
    /// <param name="index">The index; at most <see cref="LastIndex"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The log does not reach the index.</exception>
    public void RecoverCommit(long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, LastIndex);
        CommitIndex = Math.Max(CommitIndex, index);
        EndJoinIfCaughtUp();
    }

    private void CheckStored(in LogEntry entry, long index)
    {
        if (!entry.Kind.IsImplemented())
        {
            throw UnsupportedEntryException.Of(index, entry.Kind);
        }

        if (entry.Term < 1)
        {
            throw new ConsensusInvariantException($"Entry {index} of the stored log has term {entry.Term}; terms of entries start at 1.");
        }

        if (entry.Term > _storedTerm)
        {
            throw new ConsensusInvariantException(
                $"Entry {index} of the stored log has term {entry.Term}, but the stored term is {_storedTerm}: the term was lost.");
        }
    }

    /// <summary>Checks that a stored term and the start of a stored log do not contradict each other.</summary>
    private static void CheckStored(HardState hardState, long previousIndex, long previousTerm)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hardState.Term);
        ArgumentOutOfRangeException.ThrowIfNegative(previousIndex);
        ArgumentOutOfRangeException.ThrowIfNegative(previousTerm);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hardState.Term, LargestNumber);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(previousIndex, LargestNumber);
        if ((previousIndex == 0) != (previousTerm == 0))
        {
            throw new ConsensusInvariantException(
                $"The stored log starts after entry {previousIndex} of term {previousTerm}: "
                + "index 0, before the first entry, has term 0, and no other index has.");
        }

        if (previousTerm > hardState.Term)
        {
            throw new ConsensusInvariantException(
                $"The stored log starts after entry {previousIndex} of term {previousTerm}, but the stored term is {hardState.Term}: "
                + "the term was lost.");
        }
    }
}
