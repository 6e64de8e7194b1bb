using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Log;

public sealed class ReplicatedLogTests
{
    /// <summary>Messages and writes hold slices of the log while it continues, on other threads too: a slot never changes.</summary>
    [Fact]
    public void Slice_LogTruncatedAndAppended_NeverChanges()
    {
        ReplicatedLog log = Filled(1, 1, 1, 1, 1);
        ReadOnlyMemory<LogEntry> before = log.Slice(2, 5, 100, 1_000);

        log.TruncateFrom(3);
        Append(log, 2, 2, 2, 2);

        Assert.Equal([1, 1, 1, 1], Terms(before));
        Assert.Equal([1, 1, 2, 2, 2, 2], Terms(log));
    }

    [Fact]
    public void Log_RandomAppendsTruncationsAndEvictions_IsAList()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            ReplicatedLog log = new(previousIndex: 0, previousTerm: 0);
            List<LogEntry> model = [];
            for (int step = 0; step < 60; step++)
            {
                if (model.Count > 0 && random.Next(4) == 0)
                {
                    int kept = random.Next(model.Count);
                    model.RemoveRange(kept, model.Count - kept);
                    log.TruncateFrom(kept + 1);
                }

                long term = model.Count == 0 ? 1 : model[^1].Term + random.Next(2);
                DateTimeOffset time = DateTimeOffset.UnixEpoch.AddTicks(step);
                LogEntry[] entries = [.. Enumerable.Range(0, random.Next(1, 31))
                    .Select(_ => new LogEntry(term, EntryKind.Command, new byte[random.Next(5)], time))];
                model.AddRange(entries);
                if (random.Next(2) == 0)
                {
                    log.Append(entries.AsMemory()); // as a follower does, who has them from a message
                }
                else
                {
                    Array.ForEach(entries, entry => log.Append(in entry));
                }

                Assert.Equal(entries[^1].Time, log.LastTime);

                if (random.Next(4) == 0)
                {
                    log.Evict(random.Next(model.Count + 1), random.Next(1, 50), long.MaxValue);
                }

                AssertSame(model, log, $"seed {seed}, step {step}");
            }
        }
    }

    /// <summary>Many entries stay where they are; a few are copied, so that the log does not consist of many small segments.</summary>
    [Theory]
    [InlineData(EntryCache.SmallestSegment - 1, false)]
    [InlineData(EntryCache.SmallestSegment, true)]
    [InlineData(EntryCache.LargestSegment, true)]
    [InlineData(EntryCache.LargestSegment + 1, false)] // a segment that large could not be evicted in time
    public void Append_OfAMessagesEntries_SharesThemIfTheyAreMany(int count, bool shares)
    {
        ReplicatedLog log = Filled(1);
        LogEntry[] entries = [.. Enumerable.Repeat(new LogEntry(2, EntryKind.Command, new byte[3], DateTimeOffset.UnixEpoch), count)];

        log.Append(entries.AsMemory());

        Assert.Equal((count + 1, 2, 3 * count), (log.LastIndex, log.LastTerm, log.CommandBytesOf(2, count + 1)));
        Assert.Equal(shares, log.Slice(2, count + 1, count, long.MaxValue).Span.Overlaps(entries));
    }

    /// <summary>Truncating and appending does not change slices that others hold.</summary>
    [Fact]
    public void Append_AfterSharedEntriesThatWereTruncated_LeavesThemUnchanged()
    {
        ReplicatedLog log = Filled();
        LogEntry[] entries = [.. Enumerable.Repeat(new LogEntry(1, EntryKind.Command, default, DateTimeOffset.UnixEpoch), 20)];
        log.Append(entries.AsMemory());

        log.TruncateFrom(11);
        Append(log, 2, 2, 2);

        Assert.All(entries, entry => Assert.Equal(1, entry.Term));
        Assert.Equal([.. Enumerable.Repeat(1L, 10), 2, 2, 2], Terms(log));
    }

    [Theory]
    [InlineData(2, 9, 1_000, 3)]
    [InlineData(9, 9, 1_000, 9)]
    [InlineData(9, 2, 1_000, 2)]
    [InlineData(9, 9, (3 * (10 + ReplicatedLog.EntryOverhead)) - 1, 2)]
    [InlineData(9, 9, 3 * (10 + ReplicatedLog.EntryOverhead), 3)]
    [InlineData(9, 9, 1, 1)]
    public void Slice_Limits_AreKeptButOneEntryIsAlwaysIncluded(long lastIndex, int maxEntries, long maxBytes, int count)
    {
        ReplicatedLog log = new(previousIndex: 0, previousTerm: 0);
        for (int i = 0; i < 9; i++)
        {
            log.Append(new LogEntry(1, EntryKind.Command, new byte[10], DateTimeOffset.UnixEpoch));
        }

        Assert.Equal(Math.Min(count, lastIndex), log.Slice(1, lastIndex, maxEntries, maxBytes).Length);
    }

    [Fact]
    public void Evict_OverTheByteLimit_DropsWholeSegmentsButNeverTheLast()
    {
        ReplicatedLog log = new(previousIndex: 0, previousTerm: 0);
        for (int i = 0; i < 100; i++)
        {
            log.Append(new LogEntry(1, EntryKind.Command, new byte[10], DateTimeOffset.UnixEpoch));
        }

        log.Evict(evictableIndex: 100, maxEntries: 1_000, maxBytes: 1);

        Assert.InRange(log.FirstCachedIndex, 2, 100);
        Assert.Equal(log.CachedEntries * 10, log.CachedBytes);
        Assert.Equal((1, 100), (log.FirstIndex, log.LastIndex));
        Assert.Throws<ConsensusInvariantException>(() => log.Slice(1, 100, 1, 1));
    }

    /// <summary>Only whole segments are freed, so one must not grow beyond what may stay.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Evict_LargeEntries_KeepsBytesWithinTheLimit(bool isShared)
    {
        ReplicatedLog log = new(previousIndex: 0, previousTerm: 0, maximumBytes: 100_000);
        LogEntry entry = new(1, EntryKind.Command, new byte[1_000], DateTimeOffset.UnixEpoch);
        LogEntry[] entries = [.. Enumerable.Repeat(entry, EntryCache.LargestSegment)];
        for (int next = 0; next < entries.Length; next += 8)
        {
            ReadOnlyMemory<LogEntry> added = isShared ? entries.AsMemory(next, 8) : entries.AsSpan(next, 8).ToArray();
            log.Append(added);
            log.Evict(evictableIndex: log.LastIndex, maxEntries: 1_000_000, maxBytes: 100_000);

            Assert.InRange(log.CachedBytes, 8_000, 100_000);
        }

        Assert.InRange(log.CachedEntries, 50, 100);
    }

    [Fact]
    public void Evict_NotEvictable_StaysInMemory()
    {
        ReplicatedLog log = Filled([.. Enumerable.Repeat(1L, 100)]);

        log.Evict(evictableIndex: 15, maxEntries: 1, maxBytes: 1);
        Assert.Equal(1, log.FirstCachedIndex);

        log.Evict(evictableIndex: 16, maxEntries: 1, maxBytes: 1);
        Assert.Equal(17, log.FirstCachedIndex);
    }

    [Fact]
    public void TermAt_OutsideTheLog_Throws()
    {
        ReplicatedLog log = Filled(1, 2);

        Assert.Throws<ConsensusInvariantException>(() => log.TermAt(3));
        Assert.Throws<ConsensusInvariantException>(() => log.TermAt(-1));
        Assert.Equal(0, log.TermAt(0));
    }

    [Fact]
    public void FindAtMost_RandomLogs_IsTheSameAsASearchFromTheEnd()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            List<long> terms = [0];
            ReplicatedLog log = new(previousIndex: 0, previousTerm: 0);
            for (int i = random.Next(20); i > 0; i--)
            {
                terms.Add(Math.Max(1, terms[^1] + random.Next(3)));
                Append(log, terms[^1]);
            }

            for (int index = 0; index < terms.Count + 2; index++)
            {
                for (long term = 0; term <= terms[^1] + 1; term++)
                {
                    int expected = terms.FindLastIndex(Math.Min(index, terms.Count - 1), candidate => candidate <= term);
                    Assert.Equal((expected, terms[expected]), log.LastIndexOfTermAtMost(index, term));
                }
            }
        }
    }

    private static void AssertSame(List<LogEntry> model, ReplicatedLog log, string where)
    {
        Assert.True(model.Count == log.LastIndex, where);
        for (int index = 1; index <= model.Count; index++)
        {
            Assert.True(model[index - 1].Term == log.TermAt(index), where);
            Assert.True(index < log.FirstCachedIndex || model[index - 1] == log.Entry(index), where);
        }

        Assert.True(model.Skip((int)log.FirstCachedIndex - 1).Sum(entry => entry.Data.Length) == log.CachedBytes, where);
    }

    private static ReplicatedLog Filled(params long[] terms)
    {
        ReplicatedLog log = new(previousIndex: 0, previousTerm: 0);
        Append(log, terms);
        return log;
    }

    private static void Append(ReplicatedLog log, params long[] terms)
    {
        foreach (LogEntry entry in Make.Entries(terms))
        {
            log.Append(entry);
        }
    }

    private static long[] Terms(ReadOnlyMemory<LogEntry> entries) => [.. entries.ToArray().Select(entry => entry.Term)];

    private static long[] Terms(ReplicatedLog log) => [.. Enumerable.Range(1, (int)log.LastIndex).Select(index => log.Entry(index).Term)];
}
