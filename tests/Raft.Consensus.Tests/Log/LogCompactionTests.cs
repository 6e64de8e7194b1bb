namespace Raft.Consensus.Tests.Log;

/// <summary>Section 7: a log that loses its beginning to a snapshot, or all of it.</summary>
public sealed class LogCompactionTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    // The first segment has room for 16 entries, the second for 32.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(39)]
    public void DropThrough_AnyIndex_KeepsLaterEntries(int index)
    {
        ReplicatedLog log = Log(40);

        log.DropThrough(index);

        Assert.Equal((index, index + 1, 40), (log.PreviousIndex, log.FirstIndex, log.LastIndex));
        Assert.Equal((TermOf(index), index + 1), (log.TermAt(index), log.FirstCachedIndex));
        AssertHolds(log, index + 1, 40);
        Assert.Throws<ConsensusInvariantException>(() => log.TermAt(index - 1));
        Assert.Throws<ConsensusInvariantException>(() => log.Slice(index, 40, 1, 1));
        Assert.False(log.Matches(index - 1, TermOf(index - 1)));
        Assert.True(log.Matches(index, TermOf(index)));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(40)]
    public void DropThrough_Everything_LeavesAnEmptyLogWithTermAndTime(int count)
    {
        ReplicatedLog log = Log(count);

        log.DropThrough(count);

        Assert.Equal((count, count, count + 1), (log.PreviousIndex, log.LastIndex, log.FirstCachedIndex));
        Assert.Equal((TermOf(count), TimeOf(count)), (log.LastTerm, log.LastTime));
        Assert.Equal((0, 0), (log.CachedBytes, log.CachedEntries));
        Append(log, count + 1, count + 20);
        AssertHolds(log, count + 1, count + 20);
    }

    [Fact]
    public void DropThrough_EvictedEntries_LeavesThoseInMemory()
    {
        ReplicatedLog log = Log(40);
        log.Evict(evictableIndex: 40, maxEntries: 1, maxBytes: 1);
        Assert.Equal(17, log.FirstCachedIndex);

        log.DropThrough(10);
        Assert.Equal((10, 17, TermOf(12)), (log.PreviousIndex, log.FirstCachedIndex, log.TermAt(12)));
        log.DropThrough(16);
        Assert.Equal((16, 17), (log.PreviousIndex, log.FirstCachedIndex));
        log.DropThrough(20);
        Assert.Equal((20, 21, TimeOf(40)), (log.PreviousIndex, log.FirstCachedIndex, log.LastTime));
        AssertHolds(log, 21, 40);
    }

    /// <summary>
    /// The dropped entries of a segment that continues stay inaccessible, also when everything after them is truncated.
    /// </summary>
    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(20)]
    public void TruncateFrom_DirectlyAfterTheStart_LeavesAnEmptyLogThatCanGrow(int start)
    {
        ReplicatedLog log = Log(40);
        log.DropThrough(start);

        log.TruncateFrom(start + 1);

        Assert.Equal((start, start, TermOf(start)), (log.PreviousIndex, log.LastIndex, log.LastTerm));
        Assert.Equal((TimeOf(start), 0), (log.LastTime, log.CachedEntries));
        Append(log, start + 1, start + 30);
        AssertHolds(log, start + 1, start + 30);
        log.Evict(evictableIndex: start + 30, maxEntries: 1, maxBytes: 1);
        AssertHolds(log, log.FirstCachedIndex, start + 30);
    }

    /// <summary>Messages and writes hold slices of what is dropped, on other threads too.</summary>
    [Fact]
    public void Slice_LogDropped_NeverChanges()
    {
        ReplicatedLog log = Log(40);
        ReadOnlyMemory<LogEntry> before = log.Slice(3, 10, 100, long.MaxValue);

        log.DropThrough(12);
        log.TruncateFrom(13);
        Append(log, 13, 60);

        Assert.Equal(Enumerable.Range(3, 8).Select(index => TimeOf(index)), before.ToArray().Select(entry => entry.Time));
    }

    [Fact]
    public void StartAfter_AnotherIndex_DiscardsEverything()
    {
        ReplicatedLog log = Log(40);

        log.RestartAfter(30, 9, Noon, configuration: null);

        Assert.Equal((30, 30, 31, 9), (log.PreviousIndex, log.LastIndex, log.FirstCachedIndex, log.LastTerm));
        Assert.Equal((Noon, 0, 0), (log.LastTime, log.CachedBytes, log.CachedEntries));
        Assert.Throws<ConsensusInvariantException>(() => log.TermAt(29));
        Assert.Throws<ConsensusInvariantException>(() => log.TermAt(31));
        log.Append(new LogEntry(9, EntryKind.Command, new byte[3], Noon));
        Assert.Equal((31, 9, 3), (log.LastIndex, log.TermAt(31), log.CachedBytes));
    }

    /// <summary>A follower's hint from before the start finds the start itself; its term shows whether the two can agree there.</summary>
    [Theory]
    [InlineData(40, 4, 40)]
    [InlineData(40, 3, 38)]
    [InlineData(25, 9, 25)]
    [InlineData(25, 2, 25)]
    [InlineData(25, 1, 20)]
    [InlineData(20, 2, 20)]
    [InlineData(3, 9, 20)]
    [InlineData(3, 1, 20)]
    public void FindAtMost_CompactedLog_EndsAtTheStart(long index, long term, long expected)
    {
        ReplicatedLog log = Log(40);
        log.DropThrough(20);

        Assert.Equal((expected, TermOf(expected)), log.LastIndexOfTermAtMost(index, term));
    }

    [Fact]
    public void Log_RandomDropsAppendsTruncationsAndEvictions_IsAList()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            LogRun run = new(seed);
            for (int step = 0; step < 60; step++)
            {
                run.Step();
                run.Check($"seed {seed}, step {step}");
            }
        }
    }

    /// <summary>Entries whose term, size and time follow from their index.</summary>
    private static ReplicatedLog Log(int count)
    {
        ReplicatedLog log = new(previousIndex: 0, previousTerm: 0);
        Append(log, 1, count);
        return log;
    }

    private static void Append(ReplicatedLog log, int first, int last)
    {
        for (int index = first; index <= last; index++)
        {
            log.Append(new LogEntry(Math.Max(TermOf(index), log.LastTerm), EntryKind.Command, new byte[index % 5], TimeOf(index)));
        }
    }

    private static long TermOf(long index) => (index / 13) + 1;

    private static DateTimeOffset TimeOf(long index) => Noon.AddSeconds(index);

    private static void AssertHolds(ReplicatedLog log, long first, long last)
    {
        Assert.Equal(last, log.LastIndex);
        for (long index = first; index <= last; index++)
        {
            Assert.Equal((TimeOf(index), log.TermAt(index)), (log.Entry(index).Time, log.Entry(index).Term));
        }

        List<LogEntry> sliced = [];
        while (first + sliced.Count <= last)
        {
            sliced.AddRange(log.Slice(first + sliced.Count, last, int.MaxValue, long.MaxValue).Span);
        }

        Assert.Equal(last - first + 1, sliced.Count);
        Assert.Equal(last, log.LastIndex);
    }

    private sealed class LogRun(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly ReplicatedLog _log = new(previousIndex: 0, previousTerm: 0);
        private readonly List<LogEntry> _model = [];
        private int _start;
        private long _startTerm;
        private DateTimeOffset _startTime;
        private int _made;

        private int LastIndex => _start + _model.Count;

        public void Step()
        {
            switch (_random.Next(6))
            {
                case 0:
                    Drop(_random.Next(_start, LastIndex + 1));
                    break;
                case 1 when _random.Next(5) == 0:
                    Begin(LastIndex + _random.Next(-5, 20));
                    break;
                case 2 when _model.Count > 0:
                    int kept = _random.Next(_model.Count);
                    _model.RemoveRange(kept, _model.Count - kept);
                    _log.TruncateFrom(_start + kept + 1);
                    break;
                case 3:
                    _log.Evict(_random.Next(_start, LastIndex + 1), _random.Next(1, 50), long.MaxValue);
                    break;
                default:
                    Append();
                    break;
            }
        }

        public void Check(string where)
        {
            Assert.True(_log.PreviousIndex == _start && _log.LastIndex == LastIndex, where);
            Assert.True(
                _log.TermAt(_start) == _startTerm && _log.FirstCachedIndex > _start && _log.FirstCachedIndex <= LastIndex + 1, where);
            for (int index = _start + 1; index <= LastIndex; index++)
            {
                LogEntry expected = _model[index - _start - 1];
                Assert.True(_log.TermAt(index) == expected.Term, where);
                Assert.True(
                    index < _log.FirstCachedIndex || (_log.Entry(index) == expected && _log.Slice(index, index, 1, 1).Span[0] == expected),
                    where);
            }

            DateTimeOffset last = _model.Count == 0 ? _startTime : _model[^1].Time;
            Assert.True(_log.LastTime >= last, where);
            Assert.True(_log.CachedEntries == 0 || _log.LastTime == last, where);
        }

        private void Drop(int index)
        {
            if (index > _start)
            {
                (_startTerm, _startTime) = (_model[index - _start - 1].Term, _model[index - _start - 1].Time);
                _model.RemoveRange(0, index - _start);
                _start = index;
            }

            _log.DropThrough(index);
        }

        private void Begin(int index)
        {
            if (index > _start)
            {
                _startTerm = _model.Count == 0 ? Math.Max(_startTerm, 1) : _model[^1].Term;
                _startTime = Noon.AddSeconds(++_made);
                _start = index;
                _model.Clear();
                _log.RestartAfter(_start, _startTerm, _startTime, configuration: null);
            }
        }

        private void Append()
        {
            long term = Math.Max(1, (_model.Count == 0 ? _startTerm : _model[^1].Term) + _random.Next(2));
            for (int i = _random.Next(30); i >= 0; i--)
            {
                LogEntry entry = new(term, EntryKind.Command, new byte[_random.Next(5)], Noon.AddSeconds(++_made));
                _model.Add(entry);
                _log.Append(entry);
            }
        }
    }
}
