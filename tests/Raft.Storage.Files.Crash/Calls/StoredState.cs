using System.Globalization;
using Raft.Testing;

namespace Raft.Storage.Files.Crash;

/// <summary>What a folder holds, read after a crash.</summary>
internal sealed class StoredState
{
    /// <summary>A process has at most this many calls under way, so a crash leaves at most this many that were not acknowledged.</summary>
    public const int MostUnderWay = 64;

    private readonly LogState _log;
    private readonly List<LogEntry> _entries;
    private readonly SnapshotInfo? _snapshot;

    private StoredState(LogState log, List<LogEntry> entries, SnapshotInfo? snapshot) =>
        (_log, _entries, _snapshot) = (log, entries, snapshot);

    /// <summary>Opens a folder, reads it, and closes it.</summary>
    /// <exception cref="LostDataException">The latest snapshot is not what was written.</exception>
    public static async Task<StoredState> ReadAsync(string folder)
    {
        FileStorage storage = StoreChild.CreateStorage(folder);
        LogState log = await storage.OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node, CancellationToken.None);
        try
        {
            List<LogEntry> entries = [];
            for (long next = log.PreviousIndex + 1; next <= log.LastIndex; next = log.PreviousIndex + 1 + entries.Count)
            {
                entries.AddRange((await storage.ReadAsync(next, 1_000, 1 << 20, CancellationToken.None)).Span);
            }

            SnapshotInfo? snapshot = await storage.FindLatestAsync(CancellationToken.None);
            if (snapshot is { } latest && !await SnapshotContent.IsIntactAsync(storage, latest))
            {
                throw new LostDataException($"The snapshot of {latest.LastIncludedIndex} does not have the content that was written.");
            }

            return new StoredState(log, entries, snapshot);
        }
        finally
        {
            await storage.CloseAsync();
        }
    }

    /// <summary>Finds the call after which a storage holds this.</summary>
    /// <param name="calls">The calls until one that must be found; it is advanced to the call that is found.</param>
    /// <param name="seed">The seed of the calls, to report what is left if some are lost.</param>
    /// <param name="mostLater">How many more calls may be found.</param>
    /// <exception cref="LostDataException">It is the state after none of these calls.</exception>
    public void RequireAfter(CallSequence calls, ulong seed, long mostLater)
    {
        long required = calls.Count;
        while (!Is(calls))
        {
            if (calls.Count == required + mostLater)
            {
                throw new LostDataException(Describe(required, seed));
            }

            calls.Next();
        }
    }

    /// <summary>Whether this is what a storage holds after these calls.</summary>
    public bool Is(CallSequence calls)
    {
        if (_log with { Store = null } != calls.Log.State || (_snapshot?.LastIncludedIndex ?? 0) != calls.SnapshotIndex)
        {
            return false;
        }

        for (int i = 0; i < _entries.Count; i++)
        {
            if (!ContractEntries.AreSame(_entries[i], calls.Log[_log.PreviousIndex + 1 + i]))
            {
                return false;
            }
        }

        return true;
    }

    private string Describe(long required, ulong seed)
    {
        CallSequence calls = new(seed);
        while (calls.Count < required)
        {
            if (Is(calls))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Lost: {required} calls were acknowledged, and what is left is the state after {calls.Count}.");
            }

            calls.Next();
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"Lost: {required} calls were acknowledged, and what is left is the state after no number of calls: {_log}, snapshot "
            + $"{_snapshot?.LastIncludedIndex ?? 0}. Expected: {calls.Log.State}, snapshot {calls.SnapshotIndex}.");
    }
}
