using System.Text;

namespace Raft.Core.Tests.Storage;

public sealed class InMemorySnapshotStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The store itself, and the log store that brings one along.</summary>
    public static TheoryData<string> Stores => ["snapshots", "log"];

    private static ISnapshotStore Create(string name) => name == "log" ? new InMemoryLogStore() : new InMemorySnapshotStore();

    private static async Task<ISnapshotWriter> BeginAsync(ISnapshotStore store, long index, string content, byte[]? header = null)
    {
        ISnapshotWriter writer = await store.CreateAsync(index, 1, header ?? [], Token);
        await writer.Stream.WriteAsync(Encoding.UTF8.GetBytes(content), Token);
        return writer;
    }

    private static async Task<SnapshotInfo> WriteAsync(ISnapshotStore store, long index, string content)
    {
        await using ISnapshotWriter writer = await BeginAsync(store, index, content);
        return await writer.CommitAsync(Token);
    }

    private static async Task<string> ReadAsync(ISnapshotStore store, SnapshotInfo snapshot)
    {
        await using Stream content = await store.OpenReadAsync(snapshot, Token);
        using StreamReader reader = new(content);
        return await reader.ReadToEndAsync(Token);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task FindLatestAsync_BeforeACommit_FindsNothing(string name)
    {
        ISnapshotStore store = Create(name);
        Assert.True(store.IsVolatile);
        Assert.Null(await store.FindLatestAsync(Token));

        await using (await BeginAsync(store, 5, "five"))
        {
            Assert.Null(await store.FindLatestAsync(Token));
        }

        Assert.Null(await store.FindLatestAsync(Token));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task CommitAsync_MakesTheSnapshotAvailable(string name)
    {
        ISnapshotStore store = Create(name);
        await using ISnapshotWriter writer = await BeginAsync(store, 5, "five", header: [1, 2, 3]);

        SnapshotInfo committed = await writer.CommitAsync(Token);

        Assert.Equal((5, 1, 4), (committed.LastIncludedIndex, committed.LastIncludedTerm, committed.Length));
        Assert.Equal([1, 2, 3], committed.Header.ToArray());
        Assert.Equal(committed, await store.FindLatestAsync(Token));
        Assert.Equal("five", await ReadAsync(store, committed));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task CommitAsync_OfAnEarlierIndex_ChangesNothing(string name)
    {
        ISnapshotStore store = Create(name);
        await using ISnapshotWriter slow = await BeginAsync(store, 5, "five");
        SnapshotInfo later = await WriteAsync(store, 9, "nine");

        await slow.CommitAsync(Token);

        Assert.Equal(later, await store.FindLatestAsync(Token));
        Assert.Equal("nine", await ReadAsync(store, later));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task OpenReadAsync_OfAReplacedSnapshot_SaysSo(string name)
    {
        ISnapshotStore store = Create(name);
        SnapshotInfo first = await WriteAsync(store, 5, "five");
        await WriteAsync(store, 9, "nine");

        FileNotFoundException gone = await Assert.ThrowsAsync<FileNotFoundException>(async () => await store.OpenReadAsync(first, Token));

        Assert.Contains("no snapshot up to index 5: the latest is up to index 9", gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Read_WhileALaterOneIsCommitted_Continues(string name)
    {
        ISnapshotStore store = Create(name);
        await using Stream content = await store.OpenReadAsync(await WriteAsync(store, 5, "five"), Token);
        byte[] bytes = new byte[4];
        await content.ReadExactlyAsync(bytes.AsMemory(0, 2), Token);

        await WriteAsync(store, 9, "nine");
        await content.ReadExactlyAsync(bytes.AsMemory(2, 2), Token);

        Assert.Equal("five", Encoding.UTF8.GetString(bytes));
        content.Position = 1;
        Assert.Equal('i', content.ReadByte());
        Assert.Equal(4, content.Length);
        Assert.False(content.CanWrite);
    }

    [Fact]
    public async Task Write_AfterTheCommit_Fails()
    {
        InMemorySnapshotStore store = new();
        await using ISnapshotWriter writer = await BeginAsync(store, 5, "five");
        SnapshotInfo committed = await writer.CommitAsync(Token);

        Assert.Throws<ObjectDisposedException>(() => writer.Stream.WriteByte(0));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CommitAsync(Token));
        Assert.Equal("five", await ReadAsync(store, committed));
    }

    [Fact]
    public async Task CommitAsync_AfterDispose_Fails()
    {
        InMemorySnapshotStore store = new();
        ISnapshotWriter writer = await BeginAsync(store, 5, "five");
        await writer.DisposeAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CommitAsync(Token));
        Assert.Null(await store.FindLatestAsync(Token));
    }

    [Fact]
    public async Task CreateAsync_KeepsACopyOfTheHeader()
    {
        InMemorySnapshotStore store = new();
        byte[] header = [1, 2, 3];
        await using ISnapshotWriter writer = await BeginAsync(store, 5, "five", header);
        header[0] = 9; // a header that was received is a slice of a message, which need not live as long as the snapshot

        Assert.Equal([1, 2, 3], (await writer.CommitAsync(Token)).Header.ToArray());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task CreateAsync_OfNoEntry_IsRefused(long index, long term)
    {
        InMemorySnapshotStore store = new();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await store.CreateAsync(index, term, default, Token));
    }

    [Fact]
    public async Task AnyCall_WhenCancelled_DoesNothing()
    {
        InMemorySnapshotStore store = new();
        SnapshotInfo first = await WriteAsync(store, 5, "five");
        await using ISnapshotWriter writer = await BeginAsync(store, 9, "nine");
        CancellationToken cancelled = new(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.FindLatestAsync(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.OpenReadAsync(first, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.CreateAsync(9, 1, default, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.CommitAsync(cancelled));

        Assert.Equal(first, await store.FindLatestAsync(Token));
        Assert.Equal(9, (await writer.CommitAsync(Token)).LastIncludedIndex);
    }

    [Fact]
    public async Task LogStore_ClosedAndOpenedAgain_KeepsItsSnapshot()
    {
        InMemoryLogStore store = new();
        await store.OpenAsync("raft", "n1", Token);
        SnapshotInfo snapshot = await WriteAsync(store, 5, "five");
        await store.CloseAsync();
        await store.OpenAsync("raft", "n1", Token);

        Assert.Equal(snapshot, await store.FindLatestAsync(Token));
        Assert.Equal("five", await ReadAsync(store, snapshot));
    }
}
