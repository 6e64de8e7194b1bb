using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Raft.Storage.Files.Tests;

/// <summary>A folder belongs to one node of one cluster, and one process has it open.</summary>
public sealed class OwnershipTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OpenAsync_ByAnotherNode_IsRefused()
    {
        await OpenAndCloseAsync("c", "n1");

        StorageCorruptedException exception = await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAndCloseAsync("c", "n2"));

        Assert.Contains("belongs to node 'n1' of cluster 'c', not to node 'n2'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Give each node a folder of its own", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_ByAnotherCluster_IsRefused()
    {
        await OpenAndCloseAsync("c", "n1");

        StorageCorruptedException exception = await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAndCloseAsync("d", "n1"));

        Assert.Contains("of cluster 'c'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_OfAFolderOfAnotherNode_ChangesNothingInIt()
    {
        await OpenAndCloseAsync("c", "n1");
        string leftover = Path.Combine(_folder.Combine("node"), new SnapshotName(5, 1).TemporaryFile(1));
        await File.WriteAllTextAsync(leftover, "a part of a snapshot", Token);
        Dictionary<string, byte[]> before = ReadFolder();

        await Assert.ThrowsAsync<StorageCorruptedException>(() => OpenAndCloseAsync("c", "n2"));
        Assert.Equal(before, ReadFolder());

        await OpenAndCloseAsync("c", "n1");
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public async Task OpenAsync_WhileAnotherStoreHasItOpen_NamesItsProcess()
    {
        FileStorage first = Create();
        await first.OpenAsync("c", "n1", Token);

        IOException exception = await Assert.ThrowsAsync<IOException>(() => OpenAndCloseAsync("c", "n1"));

        Assert.Contains($"{Environment.ProcessId}", exception.Message, StringComparison.Ordinal);
        Assert.Contains(Environment.MachineName, exception.Message, StringComparison.Ordinal);
        await first.CloseAsync();
        await OpenAndCloseAsync("c", "n1");
    }

    [Fact]
    public async Task OpenAsync_OfANewFolder_IsLoggedAsAWarning_AndLaterOnesAreNot()
    {
        using FakeLoggerProvider provider = new();
        using ILoggerFactory factory = LoggerFactory.Create(logging => logging.AddProvider(provider));

        await OpenAndCloseAsync("c", "n1", factory);
        FakeLogRecord created = Assert.Single(provider.Collector.GetSnapshot(), static record => record.Level == LogLevel.Warning);
        provider.Collector.Clear();
        await OpenAndCloseAsync("c", "n1", factory);

        Assert.Contains("is a volume not mounted", created.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(provider.Collector.GetSnapshot(), static record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task OpenAsync_WithALoggingProviderThatBlocks_DoesNotWaitForIt()
    {
        using ManualResetEventSlim gate = new();
        using ILoggerFactory factory = LoggerFactory.Create(logging => logging.AddProvider(new StuckProvider(gate)));
        FileStorage storage = new(_folder.Combine("node"), loggerFactory: factory);

        await storage.OpenAsync("c", "n1", Token);
        await storage.CloseAsync();

        gate.Set();
    }

    private FileStorage Create(ILoggerFactory? factory = null) =>
        new(
            _folder.Combine("node"),
            new FileStorageOptions { SegmentBytes = 64 * 1_024 },
            factory?.CreateLogger("Raft"),
            FileSystem.Shared,
            DiskThreads.Shared,
            Guid.NewGuid);

    private Dictionary<string, byte[]> ReadFolder() => Directory.GetFiles(_folder.Combine("node"))
        .Where(static path => Path.GetFileName(path) != "lock") // names the process that has tried last
        .ToDictionary(static path => path, File.ReadAllBytes);

    private async Task OpenAndCloseAsync(string cluster, NodeId node, ILoggerFactory? factory = null)
    {
        FileStorage storage = Create(factory);
        await storage.OpenAsync(cluster, node, Token);
        await storage.CloseAsync();
    }

    private sealed class StuckProvider(ManualResetEventSlim gate) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            gate.Wait(Token);

        public void Dispose()
        {
        }
    }
}
