namespace Raft.Storage.Files;

/// <content>
/// Reading: entries that are not in a segment yet from memory, all others from their segments, while the writer continues.
/// </content>
internal sealed partial class FileLog
{
    /// <inheritdoc cref="ILogStore.ReadAsync"/>
    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        long firstIndex, int maximumEntries, long maximumBytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumEntries, 1);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadOnlyMemory<LogEntry>>(cancellationToken);
        }

        ReadLimit limit = new(maximumEntries, maximumBytes);
        lock (_lock)
        {
            if (_life != LogLife.Open)
            {
                return ValueTask.FromException<ReadOnlyMemory<LogEntry>>(NotOpen());
            }

            if (firstIndex <= _startIndex || firstIndex > _lastIndex)
            {
                return ValueTask.FromResult(ReadOnlyMemory<LogEntry>.Empty);
            }

            if (firstIndex >= _window.First)
            {
                return ValueTask.FromResult<ReadOnlyMemory<LogEntry>>(_window.Read(firstIndex, limit));
            }

            long lastIndex = Math.Min(_lastIndex, _window.First - 1);
            long truncations = _truncations;
            return DiskCall<ReadOnlyMemory<LogEntry>>.Run(
                threads, () => ReadSegments(firstIndex, lastIndex, limit, truncations), cancellationToken);
        }
    }

    /// <summary>Reads until the limit. Stops early if entries were replaced since: those before and after do not belong together.</summary>
    private ReadOnlyMemory<LogEntry> ReadSegments(long firstIndex, long lastIndex, ReadLimit limit, long truncations)
    {
        List<LogEntry> entries = [];
        while (firstIndex + entries.Count <= lastIndex && !limit.IsReached)
        {
            LogIndex.Extent extent;
            lock (_lock)
            {
                if (_log is null)
                {
                    throw NotOpen();
                }

                bool isChanged = _truncations != truncations && entries.Count > 0;
                if (isChanged || !_log.Index.TryFind(firstIndex + entries.Count, out extent))
                {
                    break;
                }

                extent.Segment.Use();
            }

            try
            {
                LogReader.Read(extent with { Last = Math.Min(extent.Last, lastIndex) }, firstIndex + entries.Count, ref limit, entries);
            }
            finally
            {
                extent.Segment.Release();
            }
        }

        return entries.ToArray();
    }
}
