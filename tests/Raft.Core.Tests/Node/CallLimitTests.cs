namespace Raft.Tests.Node;

/// <summary>MaximumWaitingMessages bounds the calls that wait, whether for the worker or for the disk.</summary>
public sealed class CallLimitTests
{
    private const int Limit = 16;

    private readonly Lab _lab = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void HandlerCalls_ThatWaitForTheDisk_AreBounded()
    {
        LabNode node = _lab.Node(members: 3, configure: options => options.MaximumWaitingMessages = Limit);
        node.RequestVote(term: 0, "n2"); // the store is open from now on
        node.Store.Hold();
        Task<RequestVoteReply>[] votes = [.. Enumerable.Range(1, Limit).Select(term => RequestVote(node, term))];
        Assert.All(votes, static vote => Assert.False(vote.IsCompleted));

        Task<RequestVoteReply> refused = RequestVote(node, Limit + 1);
        OverloadedException overloaded = _lab.Fails<OverloadedException>(refused);

        Assert.Contains($"{Limit} calls wait already", overloaded.Message, StringComparison.Ordinal);
        Assert.Equal(Limit, node.Status.Term); // the refused call has changed nothing
        node.Store.Release();
        _lab.World.RunUntil(() => votes.All(static vote => vote.IsCompletedSuccessfully));
        Assert.True(node.RequestVote(Limit + 2, "n2").VoteGranted);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadsOfTheLogStore_AreBounded()
    {
        List<TaskCompletionSource> gates = []; // one each: a task that several wait for resumes some of them on the pool
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(store: store, configure: options =>
        {
            options.MaximumWaitingMessages = Limit;
            options.MaximumCachedEntries = 1;
        }).Lead();
        for (int i = 0; i < 100; i++)
        {
            node.Commit($"{i}");
        }

        store.OnRead = () =>
        {
            gates.Add(new TaskCompletionSource());
            return new ValueTask(gates[^1].Task);
        };
        Task<List<LogEntry>>[] reads = [.. Enumerable.Range(1, Limit).Select(_ => Read(node))];
        Assert.Equal(Limit, node.Raft.Footprint!.Value.StoreReads);

        _lab.Fails<OverloadedException>(Read(node));

        Assert.Equal(Limit, node.Raft.Footprint!.Value.StoreReads);
        store.OnRead = null;
        gates.ForEach(static gate => gate.SetResult());
        _lab.World.RunUntil(() => reads.All(static read => read.IsCompletedSuccessfully));
        node.AssertNoCallerWaits();
    }

    private Task<RequestVoteReply> RequestVote(LabNode node, long term)
    {
        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(term, "n2", 0, 0, Token).AsTask();
        _lab.World.RunUntilIdle(); // the worker takes it, so it no longer waits in the mailbox
        return vote;
    }

    private Task<List<LogEntry>> Read(LabNode node)
    {
        Task<List<LogEntry>> read = ReadAsync(node);
        _lab.World.RunUntilIdle();
        return read;
    }

    private static async Task<List<LogEntry>> ReadAsync(LabNode node)
    {
        List<LogEntry> entries = [];
        await foreach (LogEntry entry in node.Raft.ReadLogAsync(cancellationToken: Token))
        {
            entries.Add(entry);
        }

        return entries;
    }
}
