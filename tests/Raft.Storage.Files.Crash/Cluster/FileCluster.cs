namespace Raft.Storage.Files.Crash;

/// <summary>Three nodes in this process, each with a folder of its own.</summary>
internal sealed class FileCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Ids = ["n1", "n2", "n3"];

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Member> _members;

    private FileCluster(string folder, Defect defect)
    {
        ChannelNetwork network = new();
        _members = [.. Ids.Select(id => Start(id, network, Path.Combine(folder, id), defect))];
    }

    /// <summary>The strings that each node has applied.</summary>
    public IEnumerable<(NodeId Node, IReadOnlyList<string> Strings)> Strings =>
        _members.Select(static member => (member.Node.Id, member.Strings.Entries));

    public static FileCluster Start(string folder, Defect defect = Defect.None) => new(folder, defect);

    /// <summary>Proposes to the leader until the command is committed.</summary>
    public async Task<Committed> ProposeAsync(string command)
    {
        DateTime giveUp = DateTime.UtcNow + Patience;
        while (true)
        {
            RaftNode? leader = _members.FirstOrDefault(static member => member.Node.Status.Role == RaftRole.Leader)?.Node;
            try
            {
                if (leader is not null)
                {
                    return await leader.ProposeAsync(command);
                }
            }
            catch (ProposalRefusedException)
            {
                // It has lost the leadership in the meantime.
            }

            RequireRunning();
            if (DateTime.UtcNow > giveUp)
            {
                throw new LostDataException(
                    $"No command is committed: {string.Join("; ", _members.Select(static member => member.Node.Status))}");
            }

            await Task.Delay(1);
        }
    }

    /// <summary>Waits until every node has applied an entry.</summary>
    public async Task WaitUntilAppliedAsync(long index)
    {
        foreach (Member member in _members)
        {
            using CancellationTokenSource giveUp = new(Patience);
            try
            {
                await member.Node.WaitForStatusAsync(status => status.AppliedIndex >= index, giveUp.Token);
            }
            catch (OperationCanceledException)
            {
                throw new LostDataException($"Entry {index} is not applied: {member.Node.Status}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (Member member in _members)
        {
            await member.Running.ContinueWith(static _ => { }, TaskScheduler.Default); // a failure was reported by then
        }

        _stop.Dispose();
    }

    private Member Start(string id, ChannelNetwork network, string folder, Defect defect)
    {
        RaftNodeOptions options = new()
        {
            Members = [.. Ids.Select(static member => (RaftMember)member)],
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(200),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(500),
            SnapshotAfterEntries = 1_000,
            TrailingEntries = 100,
        };
        FileStorage storage = StoreChild.CreateStorage(folder);
        StringLog strings = new();
        RaftNode node = new(id, options: options, ports: new RaftNodePorts
        {
            Transport = network.CreateTransport(),
            LogStore = defect == Defect.AcknowledgeEarly ? new EarlyAcknowledgements(storage) : storage,
            SnapshotStore = storage,
            StateMachine = strings,
        });
        return new Member(node, strings, node.RunAsync(_stop.Token));
    }

    private void RequireRunning()
    {
        foreach (Member member in _members)
        {
            if (member.Running.Exception is { } exception)
            {
                throw new LostDataException($"{member.Node.Id} has failed: {exception.InnerException}");
            }
        }
    }

    private sealed record Member(RaftNode Node, StringLog Strings, Task Running);
}
