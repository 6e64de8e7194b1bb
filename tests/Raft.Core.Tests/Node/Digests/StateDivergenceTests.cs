namespace Raft.Tests.Node.Digests;

/// <summary>Nodes whose states differ although they have applied the same entries.</summary>
public class StateDivergenceTests
{
    private readonly DigestLab _lab = new();

    [Fact]
    public void Follower_WhoseStateDiffers_StopsAndTheOthersContinue()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");

        _lab.ProposeThrough(12);

        StateDivergence divergence = _lab.StoppedWith("n3");
        Assert.Equal((8L, 12L), (divergence.AgreedIndex, divergence.DifferingIndex));
        Assert.True(divergence.HasMajority);
        Assert.Equal(["n1, n2", "n3"], divergence.Sides.Select(static side => string.Join(", ", side.Nodes)));
        Assert.True(divergence.IsInMinority("n3"));
        _lab.ProposeThrough(30);
        Assert.Equal(["n1", "n2"], _lab.Running.Select(static node => node.Raft.Id.Value));
    }

    [Fact]
    public void Difference_OfAFollower_IsReportedOnTheLeaderAndOnTheFollower()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");

        _lab.ProposeThrough(20);
        _lab.Settle();

        const string Difference = "after index 8, up to index 12, the state of n3 (digest";
        Assert.Contains(Difference, Assert.Single(_lab.Alarms("n1")), StringComparison.Ordinal);
        Assert.All(_lab.Alarms("n3"), static alarm => Assert.Contains(Difference, alarm, StringComparison.Ordinal)); // it fails, too
        Assert.Equal(2, _lab.Alarms("n3").Length);
        Assert.Empty(_lab.Alarms("n2"));
        Assert.Contains("states differ: after index 8", _lab.Node("n1").Status.Explanation, StringComparison.Ordinal);
        Assert.Equal(20, _lab.Node("n1").Status.AgreedIndex);
        Assert.Contains(
            "The state of node n3 is wrong: after index 8, up to index 12", _lab.Node("n3").Status.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Leader_WhoseStateDiffers_HandsOverAndStops()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n2", wrongFrom: 10, leader: "n2");

        _lab.ProposeThrough(12);

        StateDivergence divergence = _lab.StoppedWith("n2");
        Assert.Equal((8L, 12L), (divergence.AgreedIndex, divergence.DifferingIndex));
        Assert.Equal(["n1, n3", "n2"], divergence.Sides.Select(static side => string.Join(", ", side.Nodes)));
        Assert.NotEmpty(_lab.Logged.Of(117)); // hands over its leadership
        _lab.ProposeThrough(30);
        Assert.Equal(["n1", "n3"], _lab.Running.Select(static node => node.Raft.Id.Value));
    }

    [Fact]
    public void TwoNodes_WithDifferentStates_ReportItAndContinue()
    {
        _lab.StartWithWrong(nodes: 2, wrong: "n2", wrongFrom: 10, leader: "n1");

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Equal(2, _lab.Running.Length);
        Assert.Contains("no majority of the voters has the same state", Assert.Single(_lab.Alarms("n1")), StringComparison.Ordinal);
        Assert.Contains("no majority of the voters has the same state", Assert.Single(_lab.Alarms("n2")), StringComparison.Ordinal);
    }

    [Fact]
    public void ThreeNodes_WithThreeStates_ReportItAndContinue()
    {
        _lab.Start(new Tally(10), new Tally(), new Tally(10, wrongness: 2));

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Equal(3, _lab.Running.Length);
        Assert.All(
            (string[])["n1", "n2", "n3"],
            id => Assert.Contains("up to index 12, no majority", _lab.Alarms(id)[^1], StringComparison.Ordinal));
    }

    [Fact]
    public void FiveNodes_OfWhichTwoDiffer_ContinueWithThree()
    {
        _lab.Start(new Tally(10), new Tally(), new Tally(10, wrongness: 2), new Tally(), new Tally());

        _lab.ProposeThrough(20);
        _lab.Settle();

        Assert.Equal(["n2", "n4", "n5"], _lab.Running.Select(static node => node.Raft.Id.Value));
        _lab.ProposeThrough(30);
    }

    [Fact]
    public void Difference_WhileTheThirdVoterIsDown_IsReportedAndDecidedWhenItReturns()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");
        _lab.Node("n2").Stop();

        _lab.ProposeThrough(12);
        _lab.Settle();

        Assert.Contains("no majority", Assert.Single(_lab.Alarms("n1")), StringComparison.Ordinal);
        Assert.Contains("no majority", Assert.Single(_lab.Alarms("n3")), StringComparison.Ordinal);
        Assert.True(_lab.Node("n3").IsRunning);

        _lab.Node("n2").Run();
        Assert.Equal(["n1, n2", "n3"], _lab.StoppedWith("n3").Sides.Select(static side => string.Join(", ", side.Nodes)));
    }

    [Fact]
    public void Node_ThatOnlyReports_ContinuesAndIsNotReady()
    {
        _lab.StartWithWrong(
            3, wrong: "n3", wrongFrom: 10, leader: "n1", static options => options.OnDivergence = DivergenceReaction.Report);

        _lab.ProposeThrough(30);
        _lab.Settle();

        RaftStatus status = _lab.Node("n3").Status;
        Assert.True(_lab.Node("n3").IsRunning);
        Assert.Equal(12, status.Divergence?.DifferingIndex);
        Assert.Single(_lab.Alarms("n3"));
        Readiness readiness = Readiness.Of(status, new ReadinessLimits(1_000, MaximumLag: null), TimeSpan.FromSeconds(10));
        Assert.False(readiness.IsReady);
        Assert.Contains("its state is wrong", readiness.Missing, StringComparison.Ordinal);
        Assert.True(Readiness.Of(
            _lab.Node("n1").Status, new ReadinessLimits(1_000, MaximumLag: null), TimeSpan.FromSeconds(10)).IsReady);
    }

    [Fact]
    public void LostMessages_AreRepeated_AndTheDifferenceIsNoticedWithoutFurtherCommands()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");
        _lab.ProposeThrough(11);
        using (_lab.Network.Drop(static message => message is StateDigestMessage or StateDigestReplyMessage))
        {
            _lab.ProposeThrough(12);
            _lab.Settle();
            Assert.True(_lab.Node("n3").IsRunning);
        }

        Assert.Equal(12, _lab.StoppedWith("n3").DifferingIndex);
    }

    [Fact]
    public void Report_ThatIsWrong_StopsNoHealthyNode()
    {
        LabNode leader = _lab.StartWithWrong(nodes: 3, wrong: "none", wrongFrom: 0, leader: "n1");
        bool tampered = false;
        _lab.Tamper = message =>
        {
            if (tampered || message is not StateDigestMessage { From.Value: "n3" } report)
            {
                return message;
            }

            tampered = true;
            return report with { Digests = [.. report.Digests.Select(static each => each with { Digest = 1 })] };
        };

        _lab.ProposeThrough(12);
        _lab.Settle();

        Assert.True(tampered);
        Assert.Equal(3, _lab.Running.Length);
        Assert.Single(_lab.Alarms("n1"));
        Assert.Empty(_lab.Alarms("n3"));
        Assert.Null(leader.Status.Divergence);
        Assert.Contains(_lab.Logged.All, static message => message.Id.Name == "StatesAgree");
    }

    [Fact]
    public void Verdict_ThatIsWrong_StopsNoHealthyNode()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "none", wrongFrom: 0, leader: "n1");
        _lab.ProposeThrough(12);
        _lab.Settle();
        ulong digest = _lab.Reports.Last(static each => each.From == "n3").Digests[^1].Digest;
        bool tampered = false;
        _lab.Tamper = message =>
        {
            if (tampered || message is not StateDigestReplyMessage { To.Value: "n3" } reply)
            {
                return message;
            }

            tampered = true;
            return reply with
            {
                Divergence = new StateDivergence
                {
                    DifferingIndex = 12,
                    HasMajority = true,
                    Sides = [new(digest, ["n1", "n2"]), new(1, ["n3"])],
                },
            };
        };

        _lab.ProposeThrough(16);
        _lab.Settle();

        Assert.True(tampered);
        Assert.Equal(3, _lab.Running.Length);
        Assert.Empty(_lab.Alarms("n3"));
    }

    [Fact]
    public void Answer_ToAnEarlierRun_IsNotTaken()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "none", wrongFrom: 0, leader: "n1");
        _lab.Tamper = static message => message is StateDigestReplyMessage { To.Value: "n3" } reply
            ? reply with { Correlation = reply.Correlation - 1 }
            : message;

        _lab.ProposeThrough(12);
        _lab.Settle();

        Assert.Equal(12, _lab.Node("n2").Status.AgreedIndex);
        Assert.Equal(0, _lab.Node("n3").Status.AgreedIndex);
    }

    [Fact]
    public void Difference_WithoutAMajority_EndsOnTheNextLeaderWhoseStateIsThatOfOne()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n1", wrongFrom: 10, leader: "n1");
        _lab.Node("n3").Stop();
        _lab.ProposeThrough(12);
        _lab.Settle();
        Assert.Contains("no majority", Assert.Single(_lab.Alarms("n2")), StringComparison.Ordinal);

        _lab.Node("n1").Stop();
        _lab.Node("n3").Run();
        _lab.Lab.WaitForLeader(_lab.Running);
        _lab.ProposeThrough(18);
        _lab.Settle();

        Assert.Null(_lab.Node("n2").Status.Divergence);
        Assert.Contains(
            "the state of this node is that of a majority", Assert.Single(_lab.Logged.Of(176)).Message, StringComparison.Ordinal);
    }

    /// <summary>Two of the three whose states differed stay away, so nothing is known of them.</summary>
    [Fact]
    public void Difference_OfThreeWithoutAMajority_EndsWhenThisNodeIsPartOfOne()
    {
        _lab.Start(new Tally(wrongFrom: 10, wrongness: 1), new Tally(), new Tally(wrongFrom: 10, wrongness: 2), new Tally(), new Tally());
        _lab.Lead("n2");
        _lab.Node("n4").Stop();
        _lab.Node("n5").Stop();
        _lab.ProposeThrough(12);
        _lab.Settle();
        Assert.Contains("no majority", Assert.Single(_lab.Alarms("n2")), StringComparison.Ordinal);

        // The others are compared from index 20 on, as after a snapshot, so nobody learns what the right state was before.
        _lab.Tamper = static message => message is StateDigestMessage { From.Value: "n4" or "n5" } report
            ? report with { Digests = [.. report.Digests.Where(static digest => digest.Index > 16)] }
            : message;
        _lab.Node("n1").Stop();
        _lab.Node("n4").Run();
        _lab.ProposeThrough(18);
        _lab.Node("n3").Stop();
        _lab.Node("n5").Run();
        _lab.ProposeThrough(26);
        _lab.Settle();

        Assert.Null(_lab.Node("n2").Status.Divergence);
        Assert.Contains(
            "the state of this node is that of a majority", Assert.Single(_lab.Logged.Of(176)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_ThatThrows_StopsItsNodeAndIsBlamedOnNoCommand()
    {
        _lab.Start(new Tally(), new Tally(), new Tally { OnDigest = static () => throw new InvalidOperationException("It is broken.") });

        _lab.ProposeThrough(4);

        string message = _lab.Node("n3").Failure().Message;
        Assert.Contains(
            "threw InvalidOperationException in IStateDigest.Digest, after it had applied the entry at index 4: It is broken.",
            message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("command", message, StringComparison.Ordinal);
    }

    [Fact]
    public void FailureOfAnotherNode_ThatACommandThrows_IsBlamedOnTheCommand()
    {
        _lab.Start(new Tally(), new Tally(), new Tally { OnApply = static () => throw new NodeFailedException("Another node failed.") });

        _lab.ProposeThrough(4);

        Assert.Contains(
            "Tally threw NodeFailedException on the command", _lab.Node("n3").Failure().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NewLeader_CollectsAnew_AndNoticesAnEarlierDifference()
    {
        _lab.StartWithWrong(nodes: 3, wrong: "n3", wrongFrom: 10, leader: "n1");
        using (_lab.Network.Drop(static message => message is StateDigestMessage or StateDigestReplyMessage))
        {
            _lab.ProposeThrough(13);
            _lab.Lab.World.Run(
                _lab.Node("n1").Raft.TransferLeadershipAsync(new NodeId("n2"), TestContext.Current.CancellationToken).AsTask());
            _lab.Lab.WaitForLeader(_lab.Running);
        }

        Assert.Equal(12, _lab.StoppedWith("n3").DifferingIndex);
        Assert.NotEmpty(_lab.Alarms("n2"));
    }
}
