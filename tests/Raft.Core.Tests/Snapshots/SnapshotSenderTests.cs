using Raft.Consensus;
using Raft.Testing;

namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotSenderTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly GatedStore _store = new();
    private readonly TestSnapshot _snapshot = new(5, stateLength: 40);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadAsync_ChunkByChunk_GivesTheWholeSnapshot()
    {
        using SnapshotSender sender = Sender();
        SnapshotInfo latest = await _snapshot.StoreAsync(_store, Token);
        List<byte> content = [];
        SnapshotIdentity? identity = null;
        while (content.Count < latest.Length)
        {
            SnapshotChunk chunk =
                await LoadAsync(sender, identity, content.Count, latest) ?? throw new InvalidOperationException("There is no chunk.");
            Assert.Equal(_snapshot.Identity, chunk.Snapshot);
            Assert.Equal(latest.Length, chunk.Length);
            Assert.Equal(content.Count, chunk.Offset);
            Assert.Equal(chunk.Offset == 0 ? _snapshot.Header : [], chunk.Header.ToArray());
            content.AddRange(chunk.Data.Span);
            identity = chunk.Snapshot;
        }

        Assert.Equal(_snapshot.Content, content);
        Assert.Equal(1, _store.Calls.Count(static call => call == "open"));
        Assert.Null(await LoadAsync(sender, identity, content.Count, latest)); // there is nothing after the end
    }

    [Fact]
    public async Task LoadAsync_AfterALaterOneWasTaken_ContinuesWithTheFirst()
    {
        using SnapshotSender sender = Sender();
        SnapshotInfo first = await _snapshot.StoreAsync(_store, Token);
        await LoadAsync(sender, null, 0, first);
        SnapshotInfo later = await new TestSnapshot(9, stateLength: 100).StoreAsync(_store, Token);

        SnapshotChunk? chunk = await LoadAsync(sender, _snapshot.Identity, 16, later);

        Assert.Equal(_snapshot.Content[16..32], chunk!.Value.Data.ToArray());
    }

    [Fact]
    public async Task LoadAsync_OfAnySnapshot_StartsWithTheLatest()
    {
        using SnapshotSender sender = Sender();
        await LoadAsync(sender, null, 0, await _snapshot.StoreAsync(_store, Token));
        TestSnapshot second = new(9, stateLength: 100);

        SnapshotChunk? chunk = await LoadAsync(sender, null, 0, await second.StoreAsync(_store, Token));

        _scheduler.RunUntilIdle();
        Assert.Equal(second.Identity, chunk!.Value.Snapshot);
        Assert.Equal(1, _store.OpenStreams); // the first is closed
    }

    [Fact]
    public async Task LoadAsync_OfADeletedOne_ReturnsNull()
    {
        using SnapshotSender sender = Sender(); // of a later leadership of this node, say
        SnapshotInfo latest = await new TestSnapshot(9, stateLength: 100).StoreAsync(_store, Token);

        Assert.Null(await LoadAsync(sender, _snapshot.Identity, 16, latest));
    }

    [Fact]
    public async Task LoadAsync_WithoutASnapshot_GivesNone()
    {
        using SnapshotSender sender = Sender();
        Assert.Null(await LoadAsync(sender, null, 0, latest: null));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("read")]
    public async Task LoadAsync_WhenTheStoreFails_ThrowsAndKeepsNothingOpen(string call)
    {
        using SnapshotSender sender = Sender();
        SnapshotInfo latest = await _snapshot.StoreAsync(_store, Token);
        IOException disk = new("disk");
        _store.Fail(call, disk);

        Assert.Same(disk, await Assert.ThrowsAsync<IOException>(() => LoadAsync(sender, null, 0, latest)));
        Assert.Equal(0, _store.OpenStreams);

        Assert.NotNull(await LoadAsync(sender, null, 0, latest));
    }

    [Fact]
    public async Task LoadAsync_OfAContentTooShort_SaysThatItIsDamaged()
    {
        using SnapshotSender sender = Sender();
        await using ISnapshotWriter writer = await _store.CreateAsync(5, 2, _snapshot.Header, Token);
        writer.Stream.WriteByte(1);
        SnapshotInfo tooShort = await writer.CommitAsync(Token);

        StorageCorruptedException damaged = await Assert.ThrowsAsync<StorageCorruptedException>(() => LoadAsync(sender, null, 0, tooShort));

        Assert.Contains(
            "up to index 5 is damaged: its content has 1 bytes, too few for a checksum",
            damaged.Message,
            StringComparison.Ordinal);
        Assert.Equal(0, _store.OpenStreams);
    }

    /// <summary>Two snapshots of the same entries, of which the store has kept the other.</summary>
    [Fact]
    public async Task LoadAsync_OfALatestThatDoesNotExist_LoadsTheOneThatDoes()
    {
        using SnapshotSender sender = Sender();
        await _snapshot.StoreAsync(_store, Token);
        SnapshotInfo own = new(_snapshot.Index, _snapshot.Term, new byte[3], Length: 20);

        Assert.Equal(_snapshot.Identity, (await LoadAsync(sender, null, 0, own))?.Snapshot);
    }

    [Fact]
    public async Task Dispose_ClosesTheSnapshot()
    {
        SnapshotSender sender = Sender();
        await LoadAsync(sender, null, 0, await _snapshot.StoreAsync(_store, Token));
        Assert.Equal(1, _store.OpenStreams);

        sender.Dispose();
        sender.Dispose();
        _scheduler.RunUntilIdle();

        Assert.Equal(0, _store.OpenStreams);
    }

    private SnapshotSender Sender() => new(_store, "n2", new SnapshotDisposal(_scheduler, new SimulatedClock(), logger: null));

    private static async Task<SnapshotChunk?> LoadAsync(
        SnapshotSender sender, SnapshotIdentity? snapshot, long offset, SnapshotInfo? latest) =>
        await sender.LoadAsync(new ChunkLoadRequest("n2", Term: 3, snapshot, offset, MaximumBytes: 16), latest, Token);
}
