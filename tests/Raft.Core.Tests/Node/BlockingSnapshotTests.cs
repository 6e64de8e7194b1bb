namespace Raft.Tests.Node;

/// <summary>Snapshots of a state machine that may block its thread.</summary>
public sealed class BlockingSnapshotTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void SnapshotAsync_OfAMachineThatMayBlock_TakesOneAfterTheOther()
    {
        SnapshotLab lab = new();
        LabNode node = lab.Node(new Captured { MayBlock = true }).Lead();
        node.Commit("a");
        Assert.Equal(2, lab.Take(node)?.LastIncludedIndex);
        node.Commit("b");

        Assert.Equal(3, lab.Take(node)?.LastIncludedIndex);

        node.Stop();
        node.AssertNoCallerWaits();
    }

    /// <summary>Whatever the store does meanwhile, the machine is called on threads of its own, in the real world for once.</summary>
    [Fact]
    public async Task MachineThatMayBlock_OverAStoreThatAnswersLate_IsNeverCalledOnThePool()
    {
        InMemoryLogStore log = new();
        Captured first = new() { MayBlock = true };
        await RunAsync(first, log, async node =>
        {
            await node.ProposeAsync("a", Token);
            await node.SnapshotAsync(Token).AsTask().WaitAsync(Patience, Token);
        });

        Assert.Contains("write on raft snapshot Captured", first.Calls);
        Captured second = new() { MayBlock = true };
        await RunAsync(second, log, async node => await node.ProposeAsync("b", Token));
        Assert.Equal("restore on raft apply Captured", second.Calls[0]);
    }

    private static async Task RunAsync(Captured machine, InMemoryLogStore log, Func<RaftNode, Task> script)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(Token);
        RaftNodeOptions options = new()
        {
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(50),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(100),
        };
        await using RaftNode node = new(
            "n1",
            options: options,
            ports: new RaftNodePorts { StateMachine = machine, LogStore = log, SnapshotStore = new LateSnapshotStore(log) });
        Task running = node.RunAsync(stopping.Token);
        await node.WaitForLeaderAsync(Token);
        await script(node);
        await stopping.CancelAsync();
        await running.WaitAsync(Patience, Token);
    }

    /// <summary>Completes each call on the thread pool.</summary>
    private sealed class LateSnapshotStore(ISnapshotStore inner) : ISnapshotStore
    {
        public bool IsVolatile => inner.IsVolatile;

        public async ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await inner.FindLatestAsync(cancellationToken);
        }

        public async ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken)
        {
            await Task.Yield();
            await using Stream stream = await inner.OpenReadAsync(snapshot, cancellationToken);
            byte[] content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content, cancellationToken);
            return new LateStream(content);
        }

        public async ValueTask<ISnapshotWriter> CreateAsync(
            long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await inner.CreateAsync(lastIncludedIndex, lastIncludedTerm, header, cancellationToken);
        }
    }

    private sealed class LateStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return Read(buffer.Span);
        }
    }
}
