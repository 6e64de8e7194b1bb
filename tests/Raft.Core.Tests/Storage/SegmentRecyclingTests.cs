namespace Raft.Core.Tests.Storage;

/// <summary>What a log in memory drops it fills again, whatever way it was dropped.</summary>
public sealed class SegmentRecyclingTests
{
    private static readonly LogEntry[] Batch =
        [.. Enumerable.Range(0, 100).Select(_ => new LogEntry(1, EntryKind.Command, new byte[8], DateTimeOffset.UnixEpoch))];

    private readonly StoredEntries _entries = new();

    private void Append(int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            _entries.Write(_entries.LastIndex + 1, Batch);
        }
    }

    [Fact]
    public void Appending_AfterAReset_UsesTheSegmentsAgain()
    {
        Append(batches: 150);
        Cycle();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Cycle();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(0, allocated);

        void Cycle()
        {
            _entries.Reset(_entries.LastIndex + 10, 1);
            Append(batches: 150);
        }
    }

    [Fact]
    public void UsedSegments_ReadAfterTheirReuse_HoldOnlyWhatWasWrittenLast()
    {
        Random random = new(5);
        List<LogEntry> model = [];
        long previous = 0;
        for (int round = 1; round <= 2_000; round++)
        {
            long last = previous + model.Count;
            long first = random.Next(4) == 0 && model.Count > 0 ? previous + 1 + random.NextInt64(model.Count) : last + 1;
            LogEntry[] entries =
            [
                .. Enumerable.Range(0, random.Next(1, 900)).Select(i =>
                    new LogEntry(round, EntryKind.Command, new byte[] { (byte)i }, DateTimeOffset.UnixEpoch)),
            ];
            _entries.Write(first, entries);
            int kept = (int)(first - previous - 1);
            model.RemoveRange(kept, model.Count - kept);
            model.AddRange(entries);
            if (model.Count > 6_000)
            {
                int dropped = random.Next(1, model.Count + 1);
                _entries.DropThrough(previous + dropped);
                model.RemoveRange(0, dropped);
                previous += dropped;
            }

            if (round % 20 == 0)
            {
                Assert.Equal(model, _entries.Read(previous + 1, int.MaxValue, long.MaxValue));
            }
        }
    }
}
