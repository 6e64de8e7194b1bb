using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Raft.Core.Tests.Storage;

public sealed class InMemoryLogStoreTests
{
    private readonly InMemoryLogStore _store = new();
    private readonly LogEntry[] _one = Entries(term: 1, count: 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static LogEntry Entry(long term, string text) =>
        new(term, EntryKind.Command, Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch);

    private static LogEntry[] Entries(long term, int count, int from = 0) =>
        [.. Enumerable.Range(from, count).Select(i => Entry(term, $"e{i}"))];

    private static IEnumerable<string> Texts(IEnumerable<LogEntry> entries) =>
        entries.Select(entry => Encoding.UTF8.GetString(entry.Data.Span));

    /// <summary>Entries one by one; each write must be complete when it returns.</summary>
    private void Append(int from, int count) => Append(from, count, Entries(term: 1, count: 1));

    private void Append(int from, int count, LogEntry[] one)
    {
        for (int i = from; i < from + count; i++)
        {
            ValueTask write = _store.WriteAsync(new LogWrite(null, i, one));
            if (!write.IsCompletedSuccessfully)
            {
                Assert.Fail("A write to memory did not complete at once.");
            }
        }
    }

    private ValueTask<LogState> OpenAsync() => _store.OpenAsync("raft", "n1", Token);

    private async Task<LogEntry[]> ReadAllAsync(long first = 1) =>
        (await _store.ReadAsync(first, int.MaxValue, long.MaxValue, Token)).ToArray();

    [Fact]
    public async Task OpenAsync_OfANewStore_IsEmpty()
    {
        Assert.Equal(default, await OpenAsync());
        Assert.True(_store.IsVolatile);
    }

    [Fact]
    public async Task OpenAsync_AfterClose_GivesWhatWasWritten()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(new HardState(3, "n2"), 1, Entries(term: 3, count: 5)));
        await _store.CloseAsync();

        LogState state = await OpenAsync();

        Assert.Equal(new LogState(new HardState(3, "n2"), 0, 0, 5, 3), state);
        Assert.Equal(["e0", "e1", "e2", "e3", "e4"], Texts(await ReadAllAsync()));
    }

    [Theory]
    [InlineData("raft", "n2")]
    [InlineData("other", "n1")]
    public async Task OpenAsync_ForAnotherNodeOrCluster_Refuses(string clusterId, string nodeId)
    {
        await OpenAsync();
        await _store.CloseAsync();

        StorageCorruptedException refused = await Assert.ThrowsAsync<StorageCorruptedException>(
            async () => await _store.OpenAsync(clusterId, nodeId, Token));

        Assert.Contains("'n1' of cluster 'raft'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_Twice_Refuses()
    {
        await OpenAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await OpenAsync());
    }

    [Fact]
    public async Task AnyCall_WhenNotOpen_Fails()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _store.WriteAsync(default));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await ReadAllAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _store.ResetAsync(1, 1));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _store.CompactAsync(1));
        await _store.CloseAsync();
    }

    [Fact]
    public async Task WriteAsync_OfASuffix_ReplacesEverythingAfter()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(null, 1, Entries(term: 1, count: 3_000)));

        await _store.WriteAsync(new LogWrite(null, 1_500, Entries(term: 2, count: 2, from: 9_000)));

        LogEntry[] all = await ReadAllAsync();
        Assert.Equal(1_501, all.Length);
        Assert.Equal(["e1497", "e1498", "e9000", "e9001"], Texts(all.TakeLast(4)));
    }

    [Fact]
    public async Task WriteAsync_OfHardStateAlone_KeepsTheLog()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(new HardState(1, "n1"), 1, Entries(term: 1, count: 3)));

        await _store.WriteAsync(new LogWrite(new HardState(2, null), 1, default));
        await _store.WriteAsync(new LogWrite(null, 4, Entries(term: 1, count: 1)));

        await _store.CloseAsync();
        Assert.Equal(new LogState(new HardState(2, null), 0, 0, 4, 1), await OpenAsync());
    }

    [Fact]
    public async Task WriteAsync_ThatWouldLeaveAGap_FailsAndSoDoAllLaterOnes()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(null, 1, Entries(term: 1, count: 3)));

        ArgumentException hole = await Assert.ThrowsAsync<ArgumentException>(
            async () => await _store.WriteAsync(new LogWrite(new HardState(9, null), 5, Entries(1, 1))));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.WriteAsync(new LogWrite(null, 4, Entries(1, 1))));

        Assert.Contains("gap", hole.Message, StringComparison.Ordinal);
        await _store.CloseAsync();
        Assert.Equal(new LogState(default, 0, 0, 3, 1), await OpenAsync());
    }

    [Fact]
    public async Task WriteAsync_BeforeTheStartOfACompactedLog_Fails()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(null, 1, Entries(term: 1, count: 10)));
        await _store.CompactAsync(5);

        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            async () => await _store.WriteAsync(new LogWrite(null, 5, Entries(1, 1))));

        Assert.Contains("starts at 6", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_Always_CompletesAtOnceAndHardlyAllocates()
    {
        await OpenAsync();
        Append(from: 1, count: 10_240);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Append(from: 10_241, count: 10_240);

        // Ten segments of 1,024 entries of 48 bytes, and little else.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 600_000);
    }

    [Theory]
    [InlineData(0, 5)] // everything is dropped every time
    [InlineData(0, 600)]
    [InlineData(0, 100_000)]
    [InlineData(10, 5)]
    [InlineData(10, 600)]
    [InlineData(10_000, 100_000)] // as with the default options
    public async Task WriteAsync_ToALogThatIsCompactedAsItGrows_AllocatesNothing(int kept, int growth)
    {
        await OpenAsync();
        int last = 0;
        void GrowAndCompact()
        {
            Append(from: last + 1, growth, _one);
            last += growth;
            ValueTask compaction = last > kept ? _store.CompactAsync(last - kept) : default;
            if (!compaction.IsCompletedSuccessfully)
            {
                Assert.Fail("A log in memory was not compacted at once.");
            }
        }

        while (last < (2 * 2_048) + (3 * kept) || last < 3 * growth)
        {
            GrowAndCompact();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 4; i++)
        {
            GrowAndCompact();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task WriteAsync_ToALogThatIsTruncatedAsItGrows_AllocatesNoSegments()
    {
        await OpenAsync();
        Append(from: 1, count: 10_000);
        void Replace()
        {
            Append(from: 5_000, count: 1, _one);
            Append(from: 5_001, count: 5_000, _one);
        }

        Replace();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Replace();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task SegmentsThatAreKept_KeepNoPayloadAlive()
    {
        await OpenAsync();
        WeakReference[] payloads = [.. Write(1, 3_000), .. Write(3_001, 3_000)];
        await _store.CompactAsync(2_900);
        await _store.WriteAsync(new LogWrite(null, 3_001, Entries(term: 2, count: 1)));
        AssertGone(payloads.AsSpan(0, 2_900));
        AssertGone(payloads.AsSpan(3_000));

        await _store.ResetAsync(9_000, 2);
        AssertGone(payloads);

        [MethodImpl(MethodImplOptions.NoInlining)] // or the frame would keep them
        WeakReference[] Write(long first, int count)
        {
            LogEntry[] entries =
            [
                .. Enumerable.Range(0, count).Select(static _ =>
                    new LogEntry(1, EntryKind.Command, new byte[10], DateTimeOffset.UnixEpoch)),
            ];
            ValueTask write = _store.WriteAsync(new LogWrite(null, first, entries));
            Assert.True(write.IsCompletedSuccessfully);
            return
            [
                .. entries.Select(static entry =>
                    new WeakReference(MemoryMarshal.TryGetArray(entry.Data, out ArraySegment<byte> array) ? array.Array : null)),
            ];
        }

        static void AssertGone(ReadOnlySpan<WeakReference> payloads)
        {
            GC.Collect();
            foreach (WeakReference payload in payloads)
            {
                Assert.False(payload.IsAlive);
            }
        }
    }

    [Theory]
    [InlineData(1, 3, 1_000, 3)]
    [InlineData(1, 100, 8, 4)]
    [InlineData(1, 100, 1, 1)]
    [InlineData(10, 100, 1_000, 1)]
    [InlineData(11, 100, 1_000, 0)]
    [InlineData(0, 100, 1_000, 0)]
    public async Task ReadAsync_WithLimits_HonoursThem(long first, int maximumEntries, long maximumBytes, int expected)
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(null, 1, Entries(term: 1, count: 10)));

        ReadOnlyMemory<LogEntry> read = await _store.ReadAsync(first, maximumEntries, maximumBytes, Token);

        Assert.Equal(expected, read.Length);
    }

    [Fact]
    public async Task ReadAsync_OfAnEntry_ReturnsTheSamePayloadThatWasWritten()
    {
        await OpenAsync();
        LogEntry[] entries = Entries(term: 1, count: 1);
        await _store.WriteAsync(new LogWrite(null, 1, entries));

        Assert.True((await ReadAllAsync())[0].Data.Equals(entries[0].Data));
    }

    [Fact]
    public async Task CompactAsync_InTheMiddleOfASegment_KeepsLaterEntries()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(null, 1, Entries(term: 1, count: 2_000)));
        await _store.WriteAsync(new LogWrite(null, 2_001, Entries(term: 2, count: 2_000, from: 2_000)));

        await _store.CompactAsync(2_500);
        await _store.CompactAsync(10);

        Assert.Empty(await ReadAllAsync(2_500));
        Assert.Equal(1_500, (await ReadAllAsync(2_501)).Length);
        Assert.Equal("e2500", Texts(await ReadAllAsync(2_501)).First());
        await _store.CloseAsync();
        Assert.Equal(new LogState(default, 2_500, 2, 4_000, 2), await OpenAsync());
    }

    [Fact]
    public async Task CompactAsync_OfEverything_LeavesAnEmptyLogThatCanGrow()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(null, 1, Entries(term: 4, count: 20)));

        await _store.CompactAsync(20);
        await _store.WriteAsync(new LogWrite(null, 21, Entries(term: 5, count: 1, from: 20)));

        Assert.Equal(["e20"], Texts(await ReadAllAsync(21)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _store.CompactAsync(22));
    }

    [Fact]
    public async Task ResetAsync_OfALog_RestartsAfterTheSnapshot()
    {
        await OpenAsync();
        await _store.WriteAsync(new LogWrite(new HardState(7, "n3"), 1, Entries(term: 1, count: 20)));

        await _store.ResetAsync(100, 7);
        await _store.WriteAsync(new LogWrite(null, 101, Entries(term: 7, count: 1)));

        await _store.CloseAsync();
        Assert.Equal(new LogState(new HardState(7, "n3"), 100, 7, 101, 7), await OpenAsync());
    }

    [Fact]
    public async Task AnySequenceOfWrites_AgainstAPlainList_Agrees()
    {
        Random random = new(3);
        List<LogEntry> model = [];
        long previous = 0;
        await OpenAsync();
        for (int round = 0; round < 2_000; round++)
        {
            long last = previous + model.Count;
            if (random.Next(20) == 0 && model.Count > 0)
            {
                long through = previous + 1 + random.Next(model.Count);
                await _store.CompactAsync(through);
                model.RemoveRange(0, (int)(through - previous));
                previous = through;
                continue;
            }

            long first = random.Next(3) == 0 ? previous + 1 + random.NextInt64(last - previous + 1) : last + 1;
            LogEntry[] entries = Entries(term: round + 1, count: random.Next(1, 60), from: round);
            await _store.WriteAsync(new LogWrite(null, first, entries));
            model.RemoveRange((int)(first - previous - 1), model.Count - (int)(first - previous - 1));
            model.AddRange(entries);

            long readFrom = previous + 1 + random.NextInt64(model.Count);
            Assert.Equal(model.Skip((int)(readFrom - previous - 1)), await ReadAllAsync(readFrom));
        }
    }
}
