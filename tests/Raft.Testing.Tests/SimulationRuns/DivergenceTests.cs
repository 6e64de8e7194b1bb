namespace Raft.Testing.Tests.SimulationRuns;

/// <summary>
/// A state machine goes wrong on one node, without showing it in its results, among crashes, lost messages and snapshots: that is noticed,
/// its node stops, and the others continue.
/// </summary>
public sealed class DivergenceTests
{
    private static readonly TimeSpan LongestElectionTimeout = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void OneNode_ThatGoesWrong_StopsAndTheOthersContinue(ulong seed)
    {
        SeededRandom random = new(seed);
        int interval = 1 + random.Next(12);
        SimulatedCluster cluster = new(random.Chance(0.5) ? 3 : 5, seed, options =>
        {
            options.DigestInterval = interval;
            options.SnapshotAfterEntries = 100;
            options.TrailingEntries = 5;
        });
        long wrongFrom = 20 + random.Next(60);
        SimulatedNode wrong = LetOneGoWrong(cluster, random, wrongFrom);
        cluster.Start();
        cluster.WaitForLeader();

        // In unrest until all nodes have passed the command that makes the difference.
        for (int i = 0; i < 150 && wrong.IsRunning; i++)
        {
            Disturb(cluster, wrong, random);
            Submit(cluster, i);
            cluster.World.RunFor(random.NextBetween(TimeSpan.Zero, TimeSpan.FromMilliseconds(40)));
        }

        Calm(cluster, wrong);
        for (int i = 150; i < 400 && wrong.IsRunning; i++)
        {
            Submit(cluster, i);
            cluster.World.RunFor(TimeSpan.FromMilliseconds(20));
        }

        cluster.World.RunFor(LongestElectionTimeout * 20);
        Assert.IsType<StateDivergedException>(wrong.Failure?.InnerException);
        StateDivergence divergence = ((StateDivergedException)wrong.Failure!.InnerException!).Divergence!;
        Assert.True(divergence.DifferingIndex >= wrongFrom, $"It was noticed at {divergence.DifferingIndex}, and begins at {wrongFrom}.");
        Assert.True(divergence.AgreedIndex < wrongFrom, $"It is said to begin after {divergence.AgreedIndex}, and begins at {wrongFrom}.");
        Assert.True(divergence.IsInMinority(wrong.Id));
        Assert.All(cluster.Nodes.Where(node => node != wrong), static node => Assert.True(node.IsRunning, $"{node.Id} has stopped."));
        Assert.True(cluster.Propose("last").Index > divergence.DifferingIndex);
    }

    [Fact]
    public void Alarm_ThatNobodyExpects_EndsTheRun()
    {
        SimulatedCluster cluster = new(2, seed: 1, static options => options.DigestInterval = 1);
        LetOneGoWrong(cluster, new SeededRandom(1), wrongFrom: 5);
        foreach (SimulatedNode node in cluster.Nodes)
        {
            node.MayDiverge = false;
        }

        SimulationException broken = Assert.Throws<SimulationException>(() => ProposeSome(cluster));

        Assert.Contains("No alarm without a difference is broken", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_ThatDiffers_EndsTheRun()
    {
        SimulatedCluster cluster = new(seed: 1);
        LetOneGoWrong(cluster, new SeededRandom(1), wrongFrom: 5);
        cluster.Results!.ComparesDigests = true;

        SimulationException broken = Assert.Throws<SimulationException>(() => ProposeSome(cluster));

        Assert.Contains("The state machine is not deterministic: after the command at index 5", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_ThatIsNotRestored_EndsTheRun()
    {
        SimulatedCluster cluster = new(seed: 1);
        cluster.UseStateMachine(static () => new Drifting(long.MaxValue) { IsForgetful = true });

        SimulationException broken = Assert.Throws<SimulationException>(() =>
        {
            ProposeSome(cluster);
            cluster.TakeSnapshot("n1");
            cluster.Crash("n1");
            cluster.Start("n1");
            cluster.Settle();
        });

        Assert.Contains("The digest of a state machine is not restored: n1", broken.Message, StringComparison.Ordinal);
    }

    private static void ProposeSome(SimulatedCluster cluster)
    {
        cluster.Start();
        for (int i = 0; i < 10; i++)
        {
            cluster.Propose($"command {i}");
        }

        cluster.Settle();
        cluster.World.RunFor(LongestElectionTimeout * 10);
    }

    private static SimulatedNode LetOneGoWrong(SimulatedCluster cluster, SeededRandom random, long wrongFrom)
    {
        cluster.UseStateMachine(static () => new Drifting(long.MaxValue));
        cluster.Results!.ComparesDigests = false;
        foreach (SimulatedNode node in cluster.Nodes)
        {
            node.MayDiverge = true;
        }

        SimulatedNode wrong = cluster[cluster.NodeIds[random.Next(cluster.NodeIds.Count)]];
        wrong.MayFail = true;
        wrong.NewStateMachine = node => new ObservedStateMachine(new Drifting(wrongFrom), node.Id, cluster.Results!);
        return wrong;
    }

    private static void Disturb(SimulatedCluster cluster, SimulatedNode wrong, SeededRandom random)
    {
        SimulatedNode node = cluster[cluster.NodeIds[random.Next(cluster.NodeIds.Count)]];
        if (!random.Chance(0.1) || (node == wrong && !node.IsRunning))
        {
            return;
        }

        if (!node.IsRunning)
        {
            node.StartAgain();
        }
        else if (random.Chance(0.5))
        {
            cluster.Crash(node.Id);
        }
        else if (random.Chance(0.5))
        {
            cluster.Network.Isolate(node.Id);
        }
        else
        {
            cluster.Network.Heal();
        }
    }

    private static void Calm(SimulatedCluster cluster, SimulatedNode wrong)
    {
        cluster.Network.Heal();
        foreach (SimulatedNode node in cluster.Nodes)
        {
            if (!node.IsRunning && (node != wrong || node.Failure is null))
            {
                node.StartAgain();
            }
        }

        cluster.WaitForLeader();
    }

    private static void Submit(SimulatedCluster cluster, int number)
    {
        if (cluster.Leader is { } leader)
        {
            cluster.Submit($"command {number}", leader);
        }
    }

    private sealed class Drifting(long wrongFrom) : StateMachine<string, long>(Codec.Utf8, Codec.Int64), IStateDigest
    {
        private RollingDigest _digest;

        public ulong? Digest => _digest.Value;

        /// <summary>Whether it does not restore its digest.</summary>
        public bool IsForgetful { get; init; }

        protected override long Apply(string command, in CommandContext context)
        {
            _digest.Append(command);
            if (context.Index >= wrongFrom)
            {
                _digest.Append(1);
            }

            return context.Index;
        }

        protected override ISnapshotCapture Capture() => SnapshotCapture.Of((long)_digest.Value, Codec.Int64);

        protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
        {
            long captured = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
            _digest = IsForgetful ? default : new RollingDigest((ulong)captured);
        }
    }
}
