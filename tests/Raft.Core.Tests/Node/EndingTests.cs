namespace Raft.Tests.Node;

/// <summary>However a node ends, and whatever its ports do meanwhile, everybody gets an answer and nothing is used twice.</summary>
public sealed class EndingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void Stop_StateMachineWhoseTokenCallbackThrows_AnswersAllCallersAndReportsIt()
    {
        Stubborn machine = new();
        LabNode node = _lab.Node(machine: machine, configure: options => options.ShutdownTimeout = TimeSpan.FromSeconds(1)).Lead();
        Leadership leadership = _lab.World.Run(node.Raft.WaitForLeadershipAsync(Token));
        Task<Committed> proposal = node.Propose("hangs");
        _lab.World.RunUntil(() => machine.IsWaiting);

        node.RequestStop();
        NodeFailedException failure = node.Failure();
        _lab.World.RunUntilIdle();

        Assert.Contains("The state machine Stubborn did not close cleanly", failure.Message, StringComparison.Ordinal);
        Assert.IsType<OutcomeUnknownException>(proposal.Exception?.InnerException);
        Assert.True(leadership.Lost.IsCancellationRequested);
        Assert.Equal(NodeLifecycle.Failed, node.Status.Lifecycle);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void StoreFailure_StateMachineWhoseTokenCallbackThrows_KeepsTheFirstReason()
    {
        Stubborn machine = new();
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(machine: machine, store: store).Lead();
        Task<Committed> proposal = node.Propose("hangs");
        _lab.World.RunUntil(() => machine.IsWaiting);
        store.OnWrite = () => throw new IOException("Disk on fire.");
        Task<Committed> last = node.Propose("fails");

        NodeFailedException failure = node.Failure();
        _lab.World.RunUntilIdle();

        Assert.Contains("Disk on fire", failure.Message, StringComparison.Ordinal);
        Assert.All([proposal, last], each => Assert.IsType<OutcomeUnknownException>(each.Exception?.InnerException));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void StateMachineThatReturnsAResultForNoCommand_FailsTheNodeInsteadOfHanging()
    {
        LabNode node = _lab.Node(machine: new Misplacing()).Lead();
        Task<Committed> proposal = node.Propose("a");

        Assert.IsType<ArgumentOutOfRangeException>(node.Failure().InnerException);

        _lab.World.RunUntilIdle();
        Assert.IsType<OutcomeUnknownException>(proposal.Exception?.InnerException);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void TypedProposal_StateMachineThatSetsNoResult_Throws()
    {
        LabNode node = _lab.Node(machine: new Mute()).Lead();

        InvalidOperationException error = _lab.Fails<InvalidOperationException, long>(
            node.Raft.CreateProposer<string, long>().ProposeAsync("a", Token));

        Assert.Contains("was applied, but the state machine set no result", error.Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Stop_WhileALogReaderWaitsForAStoreThatHangs_AnswersTheReader()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(store: store, configure: options => options.MaximumCachedEntries = 1).Lead();
        Task<Committed>[] proposals = [.. Enumerable.Range(0, 200).Select(number => node.Propose($"{number}"))];
        _lab.World.RunUntil(() => proposals.All(proposal => proposal.IsCompletedSuccessfully));
        store.OnRead = static () => new ValueTask(new TaskCompletionSource().Task);
        Task<bool> reader = node.Raft.ReadLogAsync(1, Token).GetAsyncEnumerator(Token).MoveNextAsync().AsTask();
        _lab.World.RunUntilIdle();
        Assert.False(reader.IsCompleted);

        node.Stop();

        _lab.Fails<NodeStoppedException>(reader);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ReadLogAsync_LogThatIsTruncatedMeanwhile_ThrowsInsteadOfMixingTwoLogs()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode first = _lab.Node(members: 3, store: store);
        first.AppendEntries(1, "n2", 0, 0, [.. Enumerable.Range(0, 100).Select(static _ => Lab.Entry(1, "old"))]);
        _lab.World.Run(first.Raft.DisposeAsync());
        LabNode node = _lab.Node(members: 3, store: store, configure: options => options.MaximumCachedEntries = 1);
        node.RequestVote(1, "n2");
        Assert.Equal(0, node.Status.CommitIndex); // nothing of it is known to be committed, and most is not in memory

        TaskCompletionSource hesitation = new();
        store.OnRead = () => new ValueTask(hesitation.Task);
        Task<List<LogEntry>> reading = CollectAsync(node.Raft.ReadLogAsync(1, Token));
        _lab.World.RunUntilIdle();
        node.AppendEntries(2, "n3", 0, 0, [Lab.Entry(2, "new")]);
        hesitation.SetResult();

        RaftException error = _lab.Fails<RaftException>(reading);
        Assert.Contains("read it again", error.Message, StringComparison.Ordinal);
        _lab.World.Run(node.Raft.DisposeAsync());
        node.AssertNoCallerWaits();

        static async Task<List<LogEntry>> CollectAsync(IAsyncEnumerable<LogEntry> log)
        {
            List<LogEntry> entries = [];
            await foreach (LogEntry entry in log)
            {
                entries.Add(entry);
            }

            return entries;
        }
    }

    [Fact]
    public void Stop_StartTokenWhoseCallbackThrows_StopsGracefullyAndReportsIt()
    {
        LabNode node = _lab.Node(transport: new Resentful());
        using CancellationTokenSource stop = new();
        Task run = node.Raft.RunAsync(stop.Token);
        _lab.World.RunUntil(() => node.Status.Role == RaftRole.Leader);

        Task<Committed> proposal = node.Propose("last");
        stop.Cancel(); // and the caller that cancels gets no exception
        _lab.World.Run(proposal);

        Assert.Contains("did not close cleanly", _lab.Fails<NodeFailedException>(run).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DisposeAsync_AfterDisposeOfANodeThatNeverRan_WaitsForItsStore()
    {
        TaskCompletionSource closing = new();
        SpyStore store = new(_lab.World.CreateLogStore()) { OnClose = () => new ValueTask(closing.Task) };
        LabNode node = _lab.Node(members: 3, store: store);
        node.RequestVote(1, "n2");
        node.Raft.Dispose();
        Task disposing = node.Raft.DisposeAsync().AsTask();
        _lab.World.RunUntilIdle();
        Assert.False(disposing.IsCompleted);

        closing.SetResult();

        _lab.World.Run(disposing);
    }

    [Fact]
    public void RunAsync_AfterAPortFailedToMakeALife_MayBeTriedAgain()
    {
        Stubborn machine = new() { BlockingFails = true };
        LabNode node = _lab.Node(machine: machine);
        _lab.Fails<InvalidOperationException>(node.Raft.RunAsync(Token));
        machine.BlockingFails = false;

        node.Lead();
        node.Stop();

        Assert.True(node.Running!.IsCompletedSuccessfully);
    }

    /// <summary>Hangs, and answers the request to stop with an exception.</summary>
    private sealed class Stubborn : IStateMachine
    {
        public bool IsWaiting { get; private set; }

        public bool BlockingFails { get; set; }

        public bool MayBlock => BlockingFails ? throw new InvalidOperationException("Ask me later.") : false;

        public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            stopping.Register(static () => throw new InvalidOperationException("I will not."));
            IsWaiting = true;
            await new TaskCompletionSource().Task;
        }
    }

    private sealed class Misplacing : IStateMachine
    {
        public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            batch.Complete(-2, default);
            return default;
        }
    }

    /// <summary>Applies batches on its own account, and forgets the results.</summary>
    private sealed class Mute() : StateMachine<string, long>(Codec.Utf8, Codec.Int64), IStateMachine
    {
        ValueTask IStateMachine.ApplyAsync(CommittedBatch batch, CancellationToken stopping) => default;

        protected override long Apply(string command, in CommandContext context) => 0;
    }

    private sealed class Resentful : ITransport
    {
        public bool LeavesProcess => false;

        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
        {
            cancellationToken.Register(static () => throw new InvalidOperationException("I was not finished."));
            return default;
        }

        public void Send(RaftMember to, RaftMessage message)
        {
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => default;
    }
}
