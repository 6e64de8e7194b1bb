namespace Raft.Tests.Node.Digests;

/// <summary>Who is notified that a difference is over, and that it is not reported again.</summary>
public class DifferenceEndTests
{
    private readonly DigestLab _lab = new();
    private readonly JudgeLab _judge = new();

    [Fact]
    public void Follower_WhoseStateIsRightAgain_IsReadyWithoutFurtherCommands()
    {
        _lab.Start(
            static options => options.OnDivergence = DivergenceReaction.Report,
            new Tally(), new Tally(), new Tally { IsWrongAt = static index => index == 12 });
        _lab.Lead("n1");
        _lab.ProposeThrough(12);
        _lab.Settle();
        Assert.Equal(12, _lab.Node("n3").Status.Divergence?.DifferingIndex);

        _lab.ProposeThrough(16);
        _lab.Settle();

        Assert.Null(_lab.Node("n3").Status.Divergence);
        Assert.Null(_lab.Node("n1").Status.Divergence);
        Assert.Single(_lab.Alarms("n3"));
    }

    [Fact]
    public void TwoNodes_WhoseStatesAreTheSameAgain_KnowItWithoutFurtherCommands()
    {
        _lab.Start(new Tally(), new Tally { IsWrongAt = static index => index == 12 });
        _lab.Lead("n1");
        _lab.ProposeThrough(12);
        _lab.Settle();
        Assert.All(_lab.Nodes, static node => Assert.False(node.Status.Divergence?.HasMajority));

        _lab.ProposeThrough(16);
        _lab.Settle();

        Assert.All(_lab.Nodes, static node => Assert.Null(node.Status.Divergence));
    }

    [Fact]
    public void Majority_ThatIsKnownLate_EndsTheDifferenceForItsMembers()
    {
        _lab.StartWithWrong(nodes: 5, wrong: "n3", wrongFrom: 10, leader: "n1");
        _lab.Node("n4").Stop();
        _lab.Node("n5").Stop();
        _lab.ProposeThrough(12);
        _lab.Settle();
        Assert.False(_lab.Node("n2").Status.Divergence?.HasMajority);

        _lab.Node("n4").Run();
        _lab.Settle();

        Assert.Equal(12, _lab.StoppedWith("n3").DifferingIndex);
        Assert.Null(_lab.Node("n2").Status.Divergence);
        Assert.Equal(12, _lab.Node("n2").Status.AgreedIndex);
    }

    /// <summary>The round was answered before, since the only difference in it was known.</summary>
    [Fact]
    public void Majority_ThatIsKnownLate_IsReportedToItsMembers()
    {
        JudgeLab lab = new(voters: 5);
        lab.Own(4, 8);
        lab.Agree("n2", 4);
        lab.Agree("n3", 4);
        lab.Differ("n5", 4);
        lab.Agree("n2", 8);
        lab.Differ("n5", 8);
        Assert.Equal((8L, 4L), (lab.AnswerTo("n2").ReceivedIndex, lab.AnswerTo("n2").AgreedIndex));

        lab.Agree("n3", 8);

        Assert.Equal(8, lab.AnswerTo("n2").AgreedIndex);
    }

    [Fact]
    public void Leadership_ThatBegins_AnswersNobodyWhoHasNotReported()
    {
        StateDivergence known = new()
        {
            DifferingIndex = 4,
            HasMajority = true,
            Sides = [new(JudgeLab.Right, ["n1", "n2"]), new(JudgeLab.Wrong, ["n3"])],
        };
        _judge.Judge.Begin(agreedIndex: 4, known);

        _judge.Own(8);
        Assert.Empty(_judge.AnswersTo("n3"));

        _judge.Differ("n3", 8);
        Assert.Equal(known with { AgreedIndex = 0 }, _judge.AnswerTo("n3").Divergence);
    }

    [Fact]
    public void DifferenceThatIsOver_IsNotReportedAgain_BecauseOthersReportLateOrTheMembersChange()
    {
        JudgeLab lab = new(voters: 5);
        EndDifferenceAtFour(lab);
        Assert.Single(lab.Ended);

        lab.Agree("n5", 4);
        lab.Configuration = JudgeLab.Voters("n1", "n2", "n3", "n4");
        lab.Compare();
        lab.Configuration = JudgeLab.Voters("n1", "n2", "n4");
        lab.Own(12);

        Assert.Single(lab.Reported);
        Assert.Single(lab.Ended);
    }

    [Fact]
    public void DifferenceThatIsOver_HidesNoOtherOfItsIndex()
    {
        JudgeLab lab = new(voters: 5);
        EndDifferenceAtFour(lab);
        int answers = lab.AnswersTo("n4").Length;

        lab.Differ("n5", 4);

        Assert.Equal(2, lab.Reported.Count);
        Assert.Equal(4, lab.AnswerTo("n5").Divergence?.DifferingIndex);
        Assert.Equal(answers, lab.AnswersTo("n4").Length);
    }

    [Fact]
    public void DifferenceThatIsOver_IsReportedAgainToAMemberThatDoesNotKnowOfIt()
    {
        JudgeLab lab = new(voters: 5);
        EndDifferenceAtFour(lab);

        lab.Differ("n4", 4); // it has received no answer

        Assert.Equal(2, lab.Reported.Count);
    }

    private static void EndDifferenceAtFour(JudgeLab lab)
    {
        lab.Own(4);
        lab.Agree("n2", 4);
        lab.Agree("n3", 4);
        lab.Differ("n4", 4);
        lab.Own(8);
        lab.Agree("n2", 8);
        lab.Agree("n3", 8);
        lab.Agree("n4", 8);
    }
}
