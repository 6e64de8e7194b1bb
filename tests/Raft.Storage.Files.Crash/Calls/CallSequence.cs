using System.Globalization;
using Raft.Testing;

namespace Raft.Storage.Files.Crash;

/// <summary>
/// Calls as a node makes them, which follow from a seed, and what a storage holds after them: entries of many sizes appended and replaced,
/// terms and votes, snapshots taken and installed, compactions and resets. Each call changes what the storage holds, and no state recurs.
/// </summary>
internal sealed class CallSequence(ulong seed)
{
    private const int SnapshotInterval = 300; // entries
    private const int MostReplaced = 20;

    private readonly SeededRandom _random = new(seed);

    /// <summary>The number of calls so far.</summary>
    public long Count { get; private set; }

    /// <summary>What the log must hold after them.</summary>
    public ExpectedLog Log { get; } = new();

    /// <summary>The last entry that the latest snapshot includes; 0 if there is none.</summary>
    public long SnapshotIndex { get; private set; }

    /// <summary>The term of that entry.</summary>
    public long SnapshotTerm { get; private set; }

    private long Term => Math.Max(Math.Max(Log.HardState.Term, Log.State.LastTerm), 1);

    /// <summary>Skips calls that were made earlier.</summary>
    public void SkipTo(long count)
    {
        while (Count < count)
        {
            Next();
        }
    }

    /// <summary>Draws the next call, and applies it to the expected state.</summary>
    public StoreCall Next()
    {
        Count++;
        if (SnapshotIndex > Log.LastIndex)
        {
            return Reset();
        }

        int draw = _random.Next(100);
        return draw switch
        {
            < 8 => Vote(),
            < 18 when Log.LastIndex > Math.Max(Log.CommitIndex, Log.PreviousIndex) => Replace(),
            < 40 when Log.CommitIndex >= SnapshotIndex + SnapshotInterval => Snapshot(Log.CommitIndex, Log[Log.CommitIndex].Term),
            < 60 when Log.PreviousIndex < SnapshotIndex => Compact(),
            60 => Snapshot(Log.LastIndex + 1 + _random.Next(100), Term),
            61 => Append(count: 1, size: 40_000 + _random.Next(60_000)), // most do not fit the smallest segment
            62 => Append(count: 50 + _random.Next(150), size: 500),
            _ => Append(count: 1 + _random.Next(5), size: 12 + _random.Next(600)),
        };
    }

    private StoreCall Vote()
    {
        HardState hardState = new(Term + 1, _random.Chance(0.5) ? new NodeId("n2") : default(NodeId?));
        return Write($"term {hardState.Term}", new LogWrite(hardState, Log.LastIndex + 1, default));
    }

    private StoreCall Append(int count, int size)
    {
        long first = Log.LastIndex + 1;
        return Write(
            $"append {count} from {first}",
            new LogWrite(null, first, ContractEntries.Make(first, count, Term, size))
            {
                CommitIndex = _random.Chance(0.3) ? Math.Max(Log.CommitIndex, Log.LastIndex) : Log.CommitIndex,
            });
    }

    private StoreCall Replace()
    {
        long uncommitted = Log.LastIndex - Math.Max(Log.CommitIndex, Log.PreviousIndex);
        long first = Log.LastIndex - _random.Next((int)Math.Min(uncommitted, MostReplaced));
        HardState hardState = new(Term + 1, null);
        return Write(
            $"replace from {first}",
            new LogWrite(hardState, first, ContractEntries.Make(first, 1 + _random.Next(3), hardState.Term))
            {
                CommitIndex = Log.CommitIndex,
            });
    }

    private StoreCall Write(string name, LogWrite write)
    {
        Log.Write(write);
        return Call(name, (log, _) => log.WriteAsync(write).AsTask());
    }

    private StoreCall Snapshot(long index, long term)
    {
        (SnapshotIndex, SnapshotTerm) = (index, term);
        return Call($"snapshot of {index}", (_, snapshots) => SnapshotContent.WriteAsync(snapshots, index, term), isAlone: true);
    }

    private StoreCall Compact()
    {
        long kept = _random.Next((int)Math.Min(SnapshotIndex - Log.PreviousIndex, 50));
        long index = SnapshotIndex - kept;
        Log.Compact(index);
        return Call($"compact through {index}", (log, _) => log.CompactAsync(index).AsTask());
    }

    private StoreCall Reset()
    {
        (long index, long term) = (SnapshotIndex, SnapshotTerm);
        Log.Reset(index, term);
        return Call($"reset to {index}", (log, _) => log.ResetAsync(index, term).AsTask());
    }

    private StoreCall Call(string name, Func<ILogStore, ISnapshotStore, Task> make, bool isAlone = false) =>
        new(Count, string.Create(CultureInfo.InvariantCulture, $"call {Count}, {name}"), isAlone, make);
}
