namespace Raft.Testing.Tests.Clusters;

public sealed class SimulatedProcessTests
{
    private readonly SimulatedCluster _cluster = new(nodes: 3, seed: 11);

    public SimulatedProcessTests()
    {
        _cluster.Start();
        _cluster.Elect("n1");
        _cluster.Propose("first");
        _cluster.Settle();
    }

    [Fact]
    public void Pause_OfTheLeader_LetsTheOthersElectAndItFollowsWhenItContinues()
    {
        _cluster.Pause("n1");
        _cluster.World.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(RaftRole.Leader, _cluster["n1"].Status.Role); // it has noticed nothing
        NodeId successor = _cluster.Leader!.Value;
        Assert.NotEqual("n1", successor);

        _cluster.Resume("n1");
        _cluster.Propose("second");
        _cluster.Settle();

        Assert.Equal(RaftRole.Follower, _cluster["n1"].Status.Role);
        Assert.Equal(["first", "second"], _cluster.LogOf("n1"));
    }

    [Fact]
    public void Start_OfANodeThatWasPausedBetweenItsEndAndItsAnswers_LeavesNoCallerWaiting()
    {
        int unanswered = 0;
        for (int run = 0; run < 480; run++)
        {
            int steps = 25 + (run % 24); // around its end, in several orders
            SimulatedCluster cluster = new(nodes: 1, seed: (ulong)(1 + (run / 24)));
            cluster.Start();
            cluster.Elect("n1");
            cluster["n1"].Storage.Hold();
            SimulatedProposal[] proposals = [.. Enumerable.Range(1, 8).Select(number => cluster.Submit($"{number}", "n1"))];
            cluster["n1"].BeginStop();
            for (int step = 0; step < steps; step++)
            {
                cluster.World.Step();
            }

            cluster.Pause("n1");
            cluster["n1"].Storage.Release();
            cluster.World.RunFor(TimeSpan.FromSeconds(1));
            unanswered += cluster["n1"].IsRunning ? 0 : proposals.Count(static proposal => proposal.IsPending);

            cluster["n1"].StartAgain();
            cluster.Elect("n1");

            Assert.DoesNotContain(proposals, static proposal => proposal.IsPending);
        }

        Assert.NotEqual(0, unanswered); // one of the pauses is between the two
    }

    [Fact]
    public void ClockRate_OfAFollower_MovesItsElectionTimeout()
    {
        long term = _cluster["n1"].Status.Term;
        _cluster.SetClockRate("n2", 10); // its timeouts of 150 to 300 ms last 15 to 30, less than a heartbeat
        _cluster.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(RaftRole.PreCandidate, WhatItWas("n2"));
        Assert.Equal(term, _cluster["n1"].Status.Term); // and pre-vote keeps it from disturbing the others

        _cluster.SetClockRate("n2", 1);
        _cluster.Propose("second");
        _cluster.Settle();
        Assert.Equal(["first", "second"], _cluster.LogOf("n2"));

        RaftRole WhatItWas(string id)
        {
            _cluster.World.RunUntil(() => _cluster[id].Status.Role != RaftRole.Follower);
            return _cluster[id].Status.Role;
        }
    }

    [Theory]
    [InlineData(0.09)]
    [InlineData(10.1)]
    public void ClockRate_OutOfRange_IsRefused(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _cluster.SetClockRate("n1", rate));

    [Fact]
    public void Clog_HoldsMessagesInOrderUntilItEnds()
    {
        long dropped = _cluster.Network.Dropped;
        _cluster.Network.Clog("n1", "n2");
        _cluster.Propose("second");
        _cluster.Propose("third");
        Assert.Equal(["first"], _cluster.LogOf("n2"));

        _cluster.Network.Unclog("n1", "n2");
        _cluster.Settle();

        Assert.Equal(["first", "second", "third"], _cluster.LogOf("n2"));
        Assert.Equal(dropped, _cluster.Network.Dropped);
    }
}
