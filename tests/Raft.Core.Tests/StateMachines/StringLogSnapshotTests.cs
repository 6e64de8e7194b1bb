using System.Buffers.Binary;
using System.Text;
using Raft.Testing;

namespace Raft.Core.Tests.StateMachines;

public sealed class StringLogSnapshotTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<StringLog> WithAsync(params string[] strings)
    {
        StringLog log = new();
        foreach (string text in strings)
        {
            await AppendAsync(log, text);
        }

        return log;
    }

    /// <summary>Appends as the node does: through a batch of committed entries.</summary>
    private static async Task AppendAsync(IStateMachine machine, string text)
    {
        CommittedBatch batch = new();
        batch.Fill(
            1,
            new[] { new LogEntry(1, EntryKind.Command, Encoding.UTF8.GetBytes(text), DateTimeOffset.UnixEpoch) },
            new PendingProposals(),
            new ResumeBatchPool(new StepScheduler()).Rent());
        await machine.ApplyAsync(batch, Token);
    }

    private static ISnapshotCapture Capture(IStateMachine machine) => Assert.IsAssignableFrom<ISnapshotCapture>(machine.Capture());

    private static async Task<MemoryStream> WriteAsync(ISnapshotCapture capture)
    {
        MemoryStream stream = new();
        await capture.WriteToAsync(stream, Token);
        stream.Position = 0;
        return stream;
    }

    private static ValueTask RestoreAsync(IStateMachine machine, Stream snapshot) =>
        machine.RestoreAsync(snapshot, lastIncludedIndex: 1, Token);

    private static async Task AssertRoundTripAsync(params string[] strings)
    {
        StringLog restored = await WithAsync("what was there before");
        await RestoreAsync(restored, await WriteAsync(Capture(await WithAsync(strings))));
        Assert.Equal(strings, restored.Entries);
    }

    [Fact]
    public async Task Restore_OfAnEmptyLog_IsEmpty() => await AssertRoundTripAsync();

    [Fact]
    public async Task Restore_OfAnyStrings_GivesTheSame() =>
        await AssertRoundTripAsync("", "a", "Straße", "узел", "节点🚀", "with \0 and \r\n", "", new string('x', 200_000), "last");

    [Fact]
    public async Task Restore_OfManyStrings_GivesTheSame() =>
        // About 500 KB: several writes.
        await AssertRoundTripAsync([.. Enumerable.Range(0, 20_000).Select(static i => $"string number {i}")]);

    [Fact]
    public async Task Capture_StringsAppendedLater_DoNotShow()
    {
        StringLog log = await WithAsync("one", "two");
        ISnapshotCapture capture = Capture(log);
        for (int i = 0; i < 100; i++) // some fall into the same array, some into a larger one
        {
            await AppendAsync(log, $"later {i}");
        }

        StringLog restored = new();
        await RestoreAsync(restored, await WriteAsync(capture));

        Assert.Equal(["one", "two"], restored.Entries);
        Assert.Equal(102, log.Entries.Count);
    }

    [Fact]
    public async Task Restore_ThenAppend_DoesNotChangeListsTakenBefore()
    {
        StringLog log = await WithAsync("old");
        IReadOnlyList<string> before = log.Entries;
        await RestoreAsync(log, await WriteAsync(Capture(await WithAsync("one", "two"))));
        await AppendAsync(log, "three");

        Assert.Equal(["old"], before);
        Assert.Equal(["one", "two", "three"], log.Entries);
    }

    [Theory]
    [InlineData(4)] // one more than there are
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public async Task Restore_OfALengthBeyondTheEnd_IsRefusedWithoutAllocatingForIt(int length)
    {
        byte[] bytes = [1, 0, 0, 0, (byte)'a', 3, 0, 0, 0, (byte)'b', (byte)'c', (byte)'d'];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(5), length);
        StringLog log = await WithAsync("old");

        long before = GC.GetAllocatedBytesForCurrentThread();
        FormatException refused = await Assert.ThrowsAsync<FormatException>(async () => await RestoreAsync(log, new MemoryStream(bytes)));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Contains("string number 2", refused.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 1 << 20);
        Assert.Equal(["old"], log.Entries);
    }

    [Fact]
    public async Task Restore_OfATruncatedSnapshot_NeverGivesHalfAString()
    {
        byte[] bytes = (await WriteAsync(Capture(await WithAsync("one", "two")))).ToArray();
        for (int length = 1; length < bytes.Length; length++)
        {
            StringLog log = await WithAsync("old");
            if (length == bytes.Length / 2)
            {
                // Ends between two strings: nothing in it says that there were more.
                await RestoreAsync(log, new MemoryStream(bytes, 0, length));
                Assert.Equal(["one"], log.Entries);
                continue;
            }

            Exception? refused = await Record.ExceptionAsync(async () => await RestoreAsync(log, new MemoryStream(bytes, 0, length)));
            Assert.True(refused is FormatException or EndOfStreamException, $"{length} bytes: {refused}");
            Assert.Equal(["old"], log.Entries);
        }
    }
}
