namespace Raft.Core.Tests.Storage;

/// <summary>Entries that never change are kept where they are: three nodes in one process have one copy of them.</summary>
public sealed class SharedEntriesTests
{
    private readonly StoredEntries _entries = new();

    private static LogEntry[] Array(int slots, long term = 1) =>
    [
        .. Enumerable.Range(0, slots).Select(number =>
            new LogEntry(term, EntryKind.Command, new byte[] { (byte)number }, DateTimeOffset.UnixEpoch)),
    ];

    [Theory]
    [InlineData(15, false)] // too small to be kept by itself
    [InlineData(16, true)]
    [InlineData(1_024, true)]
    [InlineData(1_025, false)] // a few entries would keep too many others in memory
    public void Write_OfASlice_KeepsItIfItsArrayIsOfSomeSize(int slots, bool isKept)
    {
        LogEntry[] array = Array(slots);

        _entries.Write(1, array.AsMemory(0, 10));

        Assert.Equal(isKept, System.Runtime.CompilerServices.Unsafe.AreSame(in array[3], in _entries[4]));
    }

    [Fact]
    public void Write_OfSliceAfterSlice_TakesOneSegment()
    {
        LogEntry[] array = Array(100);
        for (int written = 0; written < 100; written += 5)
        {
            _entries.Write(written + 1, array.AsMemory(written, 5));
        }

        Assert.Equal((100, 1), (_entries.LastIndex, _entries.SegmentCount));
        Assert.Equal(array, _entries.Read(1, 100, long.MaxValue));
    }

    /// <summary>What a node cuts off, and what it writes in its place, is none of the others' business.</summary>
    [Fact]
    public void Write_OverAndAfterKeptEntries_DoesNotChangeThem()
    {
        LogEntry[] array = Array(50);
        LogEntry[] before = [.. array];
        _entries.Write(1, array.AsMemory(0, 40));

        _entries.Write(21, Array(3, term: 2).AsSpan());
        _entries.DropThrough(5);
        _entries.Reset(100, 2);
        _entries.Write(101, Array(60, term: 2).AsSpan());

        Assert.Equal(before, array);
        Assert.Equal(160, _entries.LastIndex);
    }

    [Fact]
    public void Write_RandomSlicesTruncationsAndDrops_IsAList()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            StoredEntries entries = new();
            List<LogEntry> model = [];
            int dropped = 0;
            for (int step = 0; step < 40; step++)
            {
                int first = random.Next(4) == 0 ? random.Next(dropped, model.Count + 1) : model.Count;
                LogEntry[] array = Array(random.Next(1, 60), term: step + 1);
                int start = random.Next(array.Length);
                for (int next = start; next < array.Length;)
                {
                    int count = random.Next(1, array.Length - next + 1);
                    model.RemoveRange(first, model.Count - first);
                    model.AddRange(array[next..(next + count)]);
                    entries.Write(first + 1, array.AsMemory(next, count));
                    first += count;
                    next += count;
                }

                if (random.Next(5) == 0 && model.Count > dropped)
                {
                    dropped = random.Next(dropped + 1, model.Count + 1);
                    entries.DropThrough(dropped);
                }

                Assert.Equal(model[dropped..], entries.Read(dropped + 1, int.MaxValue, long.MaxValue));
            }
        }
    }
}
