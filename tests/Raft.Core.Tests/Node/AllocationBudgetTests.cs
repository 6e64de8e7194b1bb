using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>
/// What a commit may allocate in a steady state, on all three nodes together and beyond the command's own bytes. A time cannot
/// be tested here, an allocation can: a change that adds one to the path of a proposal fails here.
/// </summary>
public sealed class AllocationBudgetTests
{
    private const int WarmUpRounds = 500;
    private const int Rounds = 1_000;

    private static readonly byte[] Command = new byte[128];

    private readonly StepScheduler _scheduler = new();
    private readonly SimulatedClock _clock = new();
    private readonly ChannelNetwork _network;

    public AllocationBudgetTests() => _network = new ChannelNetwork();

    /// <summary>
    /// 32 bytes are the entry, of which all nodes share one. The rest is what each batch costs whatever its size: messages with
    /// entries and their answers, what awaits allocate in Debug, and occasionally a snapshot.
    /// </summary>
    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(16, 165)]
    [InlineData(64, 66)]
    [InlineData(1_024, 40)]
    public void Commit_InASteadyState_AllocatesNoMoreThanItsBudget(int batch, int budget)
    {
        RaftNode leader = StartCluster();
        ValueTask<Committed>[] waiting = new ValueTask<Committed>[batch];
        CommitBatches(leader, waiting, WarmUpRounds);

        long before = GC.GetAllocatedBytesForCurrentThread();
        CommitBatches(leader, waiting, Rounds);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated / (double)(Rounds * batch), 0, budget);
    }

    private void CommitBatches(RaftNode leader, ValueTask<Committed>[] waiting, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < waiting.Length; i++)
            {
#pragma warning disable CA2012 // Kept to be consumed once, below.
                waiting[i] = leader.ProposeAsync((ReadOnlyMemory<byte>)Command);
#pragma warning restore CA2012
            }

            _scheduler.RunUntilIdle();
            foreach (ValueTask<Committed> each in waiting)
            {
                Assert.True(each.IsCompletedSuccessfully);
                each.GetAwaiter().GetResult();
            }
        }
    }

    private RaftNode StartCluster()
    {
        RaftMember[] members = ["n1", "n2", "n3"];
        RaftNode[] nodes = [.. members.Select(member => Start(member, members))];
        while (!nodes.Any(static node => node.Status.Role == RaftRole.Leader))
        {
            _clock.AdvanceBy(TimeSpan.FromMilliseconds(50));
            _scheduler.RunUntilIdle();
        }

        return nodes.Single(static node => node.Status.Role == RaftRole.Leader);
    }

    private RaftNode Start(RaftMember member, RaftMember[] members)
    {
        RaftNodeOptions options = new()
        {
            Members = members,
            RandomSeed = 7,
            SnapshotAfterEntries = 10_000, // so that compaction is a part of it
            TrailingEntries = 10_000,
        };
        RaftNode node = new(member.NodeId, initialTerm: 0, options, new RaftNodePorts
        {
            Transport = _network.CreateTransport(),
            LogStore = new InMemoryLogStore(),
            StateMachine = new CountingMachine(),
            Clock = _clock,
            Scheduler = _scheduler,
        });
        _ = node.RunAsync(CancellationToken.None);
        _scheduler.RunUntilIdle();
        return node;
    }

    private sealed class CountingMachine : IStateMachine
    {
        private long _count;

        public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            _count += batch.Count;
            return ValueTask.CompletedTask;
        }

        public ISnapshotCapture? Capture() => SnapshotCapture.Of(_count, Codec.Int64);

        public async ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken) =>
            _count = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
    }
}
