namespace Raft.Testing.Tests.Simulations;

/// <summary>What the reads of simulated clients find, and that they do not end before the run does.</summary>
public sealed class SimulatedReadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(600);

    private readonly SimulatedCluster _cluster = new(nodes: 3, seed: 3);
    private readonly ClientRecord _record;
    private readonly SimulatedReads _reads;
    private readonly SeededRandom _random = new(5);

    public SimulatedReadsTests()
    {
        _record = new ClientRecord(_cluster.World.Clock);
        _reads = new SimulatedReads(_cluster, _record);
        _cluster.Start();
        _cluster.Elect("n1");
        _cluster.Propose("a");
        _cluster.Settle();
    }

    [Fact]
    public void Reads_WhoseNodesCrashed_DoNotTakeThePlaceOfOthers()
    {
        for (int life = 0; life < 20; life++)
        {
            _cluster.Network.Isolate("n3");
            for (int read = 0; read < 4; read++)
            {
                Begin("n3"); // some of them wait for a leader
            }

            _cluster.Crash("n3");
            _cluster.World.RunFor(Patience * 2);
            _cluster.Network.Heal();
            _cluster.Start("n3");
        }

        _cluster.Settle();
        Assert.Equal(0, _reads.Waiting);
        long before = _reads.Answered;
        Begin("n3");
        _cluster.World.RunFor(Patience);
        Assert.Equal(before + 1, _reads.Answered);
    }

    [Fact]
    public void Read_ThatShowsLessThanAnEarlierOneOfTheSameRun_IsFound()
    {
        RunUntilAnswered("n2");
        long seen = _cluster["n2"].Status.AppliedIndex;
        _record.See(seen + 1); // as if a client had received more

        SimulationException found = Assert.Throws<SimulationException>(() => RunUntilAnswered("n2"));

        Assert.Contains("Reads see what was acknowledged is broken", found.Message, StringComparison.Ordinal);
        Assert.Contains($"and saw the state at index {seen}", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BeginEverywhere_NodeThatCannotReachALeader_IsNamedUntilItDoes()
    {
        _cluster.Network.Isolate("n3");
        Func<IReadOnlyList<NodeId>> waiting = _reads.BeginEverywhere();
        _cluster.World.RunFor(Patience * 4);
        Assert.Equal(["n3"], waiting());

        _cluster.Network.Heal();
        _cluster.World.RunFor(Patience * 4);

        Assert.Empty(waiting());
    }

    [Fact]
    public void BeginEverywhere_NodeThatRefuses_IsNamed()
    {
        _cluster.Network.Isolate("n3");
        Func<IReadOnlyList<NodeId>> waiting = _reads.BeginEverywhere();

        _cluster.Stop("n3");
        _cluster.World.RunFor(Patience * 4);

        Assert.Equal(["n3"], waiting());
    }

    [Fact]
    public void Reads_OfANodeWithoutALeader_OneOfFiftyWaitsThroughTheOutage()
    {
        _cluster.Network.Isolate("n3");
        for (int read = 0; read < 50; read++)
        {
            Begin("n3");
            _cluster.World.RunFor(Patience);
        }

        _cluster.World.RunFor(Patience * 2);
        Assert.Equal(1, _reads.Waiting);
        long before = _reads.Answered;
        _cluster.Network.Heal();
        _cluster.World.RunFor(Patience * 4);
        Assert.Equal((0, before + 1), (_reads.Waiting, _reads.Answered));
    }

    [Fact]
    public void WorldTimeOf_ClockThatRanAtSeveralRates_FindsTheMoment()
    {
        SimulatedNode node = _cluster["n2"];
        List<(TimeSpan World, TimeSpan Own)> moments = [];
        foreach (double rate in (double[])[1, 0.5, 2, 1])
        {
            node.SetClockRate(rate);
            _cluster.World.RunFor(TimeSpan.FromMilliseconds(100));
            moments.Add((_cluster.World.Clock.Now, node.Now));
        }

        Assert.All(moments, moment => Assert.InRange((moment.World - node.WorldTimeOf(moment.Own)).Ticks, -2, 2));
        Assert.NotEqual(moments[^1].World, moments[^1].Own);
    }

    private void Begin(NodeId node) => _reads.Begin(_cluster[node], _cluster[node].Raft, _random, Patience);

    private void RunUntilAnswered(NodeId node)
    {
        long before = _reads.Answered;
        for (int read = 0; read < 20; read++) // of every kind
        {
            Begin(node);
        }

        _cluster.World.RunUntil(() => _reads.Answered >= before + 20);
    }
}
