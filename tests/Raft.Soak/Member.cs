namespace Raft.Soak;

/// <summary>One member of the cluster, across restarts: the disk survives them, and everything else is created again.</summary>
internal sealed class Member(string id, IReadOnlyList<string> ids, SoakNetwork network, Findings findings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly InMemoryLogStore _disk = new();
    private volatile Life? _life;

    private sealed record Life(RaftNode Node, StringLog Strings, CrashableStore Store, bool DiesAbruptly)
    {
        public CancellationTokenSource Stop { get; } = new();

        public CancellationTokenSource StopWatching { get; } = new();

        public Task Running { get; set; } = Task.CompletedTask;

        public Task Watching { get; set; } = Task.CompletedTask;

        public volatile bool MayEnd;
    }

    public NodeId Id { get; } = id;

    /// <summary>The node, or null while it is down.</summary>
    public RaftNode? Node => _life?.Node;

    public IReadOnlyList<string> Strings => _life?.Strings.Entries ?? [];

    /// <summary>Begins a life. It is drawn now how it will end, since that is a matter of the node's options.</summary>
    public void Start(Random random)
    {
        StringLog strings = new();
        CrashableStore store = new(_disk, isSlow: random.Next(2) == 0, random.Next());
        bool diesAbruptly = random.Next(2) == 0;
        RaftNodeOptions options = new()
        {
            Members = [.. ids.Select(static member => (RaftMember)member)],
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(50),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(150),
            MaximumCachedEntries = 4_096, // so that followers that come back need entries from the store
            ShutdownTimeout = diesAbruptly ? TimeSpan.Zero : TimeSpan.FromSeconds(2),
        };
        RaftNode node = new(
            Id, 0, options, new RaftNodePorts { Transport = network.CreateTransport(), LogStore = store, StateMachine = strings });
        Life life = new(node, strings, store, diesAbruptly);
        life.Running = RunAsync(life);
        life.Watching = WatchAsync(life);
        _life = life;
    }

    /// <summary>Ends the life: in good order, or as if the process was killed.</summary>
    /// <returns>Whether it was killed.</returns>
    public async Task<bool> StopAsync()
    {
        Life life = _life!;
        life.MayEnd = true;
        if (life.DiesAbruptly)
        {
            network.Links.Isolate(Id);
            life.Store.Crash();
        }

        await life.Stop.CancelAsync();
        try
        {
            await life.Running.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            findings.ReportHanging(1, $"{Id} does not stop (killed: {life.DiesAbruptly}): {life.Node.Status}");
        }

        _life = null; // not earlier: the proposers are to come while it stops
        await EndCallsAsync(life);
        if (life.DiesAbruptly)
        {
            network.Links.Rejoin(Id);
        }

        return life.DiesAbruptly;
    }

    /// <summary>After the watching has ended too, no caller may still wait at this node.</summary>
    public Task EndCallsAsync() => EndCallsAsync(_life!);

    private async Task EndCallsAsync(Life life)
    {
        await life.StopWatching.CancelAsync();
        await life.Watching;
        DateTime giveUp = DateTime.UtcNow + Patience;
        while (life.Node.LiveCalls > 0 && DateTime.UtcNow < giveUp)
        {
            await Task.Delay(1);
        }

        if (life.Node.LiveCalls is var left and > 0)
        {
            findings.ReportHanging(left, $"calls left at {life.Node.Status}");
        }
    }

    private async Task RunAsync(Life life)
    {
        try
        {
            await life.Node.RunAsync(life.Stop.Token);
            if (!life.MayEnd)
            {
                findings.Report($"{Id} ended without being stopped");
            }
        }
        catch (NodeFailedException) when (life.MayEnd && life.DiesAbruptly)
        {
            // its disk is gone
        }
        catch (Exception exception)
        {
            findings.Report($"{Id} failed: {exception}");
        }
    }

    private async Task WatchAsync(Life life)
    {
        try
        {
            await foreach (RaftStatus status in life.Node.WatchAsync(life.StopWatching.Token))
            {
                if (status.Role == RaftRole.Leader)
                {
                    findings.Led(status.Term, Id);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // it was stopped
        }
    }
}
