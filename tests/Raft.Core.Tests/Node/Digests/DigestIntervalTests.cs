namespace Raft.Tests.Node.Digests;

/// <summary>At which indexes the states are compared, and what is sent for it.</summary>
public class DigestIntervalTests
{
    private readonly DigestLab _lab = new();

    [Fact]
    public void BigBatches_AreDividedAtMultiplesOfTheInterval()
    {
        LabNode leader = _lab.Start(new Tally(), new Tally(), new Tally());

        Task<Committed>[] proposed = [.. Enumerable.Range(0, 100).Select(number => leader.Propose($"{number}"))];
        _lab.Lab.World.Run(Task.WhenAll(proposed));
        _lab.Settle();

        long last = leader.Status.AppliedIndex;
        Assert.All(
            _lab.Reports.SelectMany(static report => report.Digests), static each => Assert.Equal(0, each.Index % DigestLab.Interval));
        Assert.All(_lab.Nodes, node => Assert.Equal(last - (last % DigestLab.Interval), node.Status.AgreedIndex));
        Assert.Null(leader.Status.Divergence);
    }

    [Fact]
    public void StateMachine_WithoutADigest_SendsNothing()
    {
        _lab.Start(new PlainTally(), new PlainTally(10), new PlainTally());

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Empty(_lab.Reports);
        Assert.Equal(3, _lab.Running.Length);
    }

    [Fact]
    public void Comparison_ThatIsTurnedOff_SendsNothing()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1", static options => options.DigestInterval = 0);

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Empty(_lab.Reports);
        Assert.Equal(3, _lab.Running.Length);
    }

    [Fact]
    public void StateMachine_ThatHasNoDigestForNow_IsNotCompared()
    {
        _lab.Start(new Tally(), new Tally(10) { HasDigest = false }, new Tally());

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Equal(3, _lab.Running.Length);
        Assert.DoesNotContain(_lab.Reports, static report => report.From == "n2");
    }

    [Fact]
    public void Captures_AreCompared_WhereTheOptionSaysSo()
    {
        _lab.Start(static options => options.CaptureDigestInterval = 8, new PlainTally(), new PlainTally(10), new PlainTally());

        _lab.ProposeThrough(20);
        _lab.Settle();

        StateDivergence divergence = _lab.StoppedWith("n2");
        Assert.Equal((8L, 16L), (divergence.AgreedIndex, divergence.DifferingIndex));
    }

    [Fact]
    public void Captures_OfTheSameStates_Agree()
    {
        LabNode leader = _lab.Start(
            static options => options.CaptureDigestInterval = 8, new PlainTally(), new PlainTally(), new PlainTally());

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Equal(16, leader.Status.AgreedIndex);
        Assert.Equal(3, _lab.Running.Length);
    }

    [Fact]
    public void StateMachine_ThatCapturesNothing_IsReportedOnce()
    {
        _lab.Start(static options => options.CaptureDigestInterval = 4, new PlainTally { Captures = false });

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Contains("PlainTally captures nothing", Assert.Single(_lab.Logged.Of(177)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Capture_ThatHangsWhileItIsHashed_IsReported()
    {
        TaskCompletionSource gate = new();
        LabNode node = _lab.Start(static options => options.CaptureDigestInterval = 4, new PlainTally { Writing = gate.Task });
        _lab.ProposeThrough(6);
        _lab.Lab.World.RunFor(TimeSpan.FromSeconds(30));

        HangingWork hang = Assert.Single(node.Status.Hangs);
        Assert.Equal((HangingResource.Digest, "writing its state after entry 4 for a digest"), (hang.Resource, hang.Work));
        Assert.Contains("its digest hangs", node.Status.ToString(), StringComparison.Ordinal);
        Assert.True(Readiness.Of(node.Status, new ReadinessLimits(1_000, MaximumLag: null), TimeSpan.FromSeconds(10)).IsReady);
        Assert.Single(_lab.Logged.Of(124));

        gate.SetResult();
        _lab.Settle();
        Assert.Empty(node.Status.Hangs);
        Assert.Equal(4, node.Status.AgreedIndex);
    }

    [Fact]
    public void SingleNode_AgreesWithItself()
    {
        LabNode node = _lab.Start(new Tally());

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Equal(20, node.Status.AgreedIndex);
    }

    [Fact]
    public void IdleCluster_RepeatsNothing()
    {
        _lab.Start(new Tally(), new Tally(), new Tally());
        _lab.ProposeThrough(12);
        _lab.Settle();
        int sent = _lab.Reports.Count;

        _lab.Settle();

        Assert.Equal(sent, _lab.Reports.Count);
    }

    [Fact]
    public void DifferentIntervals_AreNoticed()
    {
        LabNode[] nodes =
        [
            .. Enumerable.Range(1, 3).Select(number => _lab.Lab.Node(
                $"n{number}", 3, options => options.DigestInterval = number == 3 ? 8 : 4, new Tally())),
        ];
        foreach (LabNode node in nodes)
        {
            node.Run();
        }

        _lab.Lab.WaitForLeader(nodes);
        _lab.Settle();

        Assert.Contains(
            nodes[2].Status.SetupProblems,
            static problem => problem.Contains("DigestInterval is 8 here and 4 on", StringComparison.Ordinal));
    }
}
