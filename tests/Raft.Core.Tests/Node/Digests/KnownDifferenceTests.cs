namespace Raft.Tests.Node.Digests;

/// <summary>What a leader knows of the right state is not forgotten because a member starts again, or because of what it finds later.</summary>
public class KnownDifferenceTests
{
    private const ulong OtherWrong = 9;

    private readonly JudgeLab _lab = new();
    private readonly JudgeLab _five = new(voters: 5);

    [Fact]
    public void Minority_AtAnEarlierIndexWithoutAMajority_IsNotReportedAgain()
    {
        _lab.ReportAll("n2", run: 2, JudgeLab.Right, 8);
        _lab.Own(4, 8);
        _lab.Differ("n3", 4, 8);

        _lab.Now += JudgeLab.Patience;
        _lab.Compare();

        Assert.Equal([(0L, 8L)], _lab.Ranges);
        Assert.True(_lab.Judge.Divergence?.IsInMinority("n3"));
        Assert.Empty(_lab.Ended);
    }

    [Fact]
    public void Majority_OfWhichAMemberStartsAgain_StillDecides()
    {
        _lab.Own(4);
        _lab.Agree("n2", 4);
        _lab.ReportAll("n2", run: 2, JudgeLab.Right, 8);
        _lab.Own(8);

        _lab.Report("n3", run: 1, new(4, JudgeLab.Wrong), new(8, JudgeLab.Right));

        Assert.Equal(["n1, n2", "n3"], SidesOf(Assert.Single(_lab.Reported).Divergence));
        Assert.True(_lab.Reported[0].Divergence.IsInMinority("n3"));
        Assert.Equal(["they are the same again"], _lab.Ended);
        Assert.Equal(TimeSpan.MaxValue, _lab.Judge.NextDeadline);
    }

    [Fact]
    public void Majority_OfWhichAMemberStartsAgain_IsNotTakenForWhatThatMemberHasReported()
    {
        _lab.Own(4);
        _lab.Agree("n2", 4);

        _lab.ReportAll("n2", run: 2, JudgeLab.Right, 8);

        Assert.DoesNotContain(_lab.AnswersTo("n2"), static each => each.Run == 2);
    }

    [Fact]
    public void Member_OfAMajority_ThatIsWrongAfterItsStart_IsOnItsNewSideOnly()
    {
        _five.Own(4);
        _five.Agree("n2", 4);
        _five.Agree("n3", 4);
        _five.Agree("n4", 4);

        _five.ReportAll("n2", run: 2, JudgeLab.Wrong, 4);

        Assert.Equal(["n1, n3, n4", "n2"], SidesOf(Assert.Single(_five.Reported).Divergence));
    }

    [Fact]
    public void Majority_ThatItsMembersLeave_DecidesNoMore()
    {
        _lab.Own(4);
        _lab.Agree("n2", 4);
        _lab.ReportAll("n2", run: 2, JudgeLab.Right, 8);

        _lab.Configuration = JudgeLab.Voters("n1", "n3", "n4");
        _lab.Differ("n3", 4);
        Assert.Empty(_lab.Reported);

        _lab.Differ("n4", 4);
        Assert.True(Assert.Single(_lab.Reported).Own?.IsInMinority("n1"));
    }

    [Fact]
    public void Member_OfAMajority_ThatHasLeftAfterItsStart_IsOnNoSide()
    {
        _five.Own(4);
        _five.Agree("n2", 4);
        _five.Agree("n3", 4);
        _five.Agree("n4", 4);
        _five.ReportAll("n4", run: 2, JudgeLab.Right, 8);

        _five.Configuration = JudgeLab.Voters("n1", "n2", "n3", "n5");
        _five.Differ("n5", 4);

        Assert.Equal(["n1, n2, n3", "n5"], SidesOf(Assert.Single(_five.Reported).Divergence));
    }

    [Fact]
    public void Minority_ReportedWithoutAMajorityBefore_IsReportedWhenThereIsOneAgain()
    {
        _five.Own(4);
        _five.Agree("n2", 4);
        _five.Agree("n3", 4);
        _five.Differ("n4", 4);
        _five.ReportAll("n3", run: 2, 10, 4);
        _five.ReportAll("n5", run: 1, OtherWrong, 4);
        Assert.False(_five.AnswerTo("n5").Divergence?.HasMajority);

        _five.ReportAll("n3", run: 3, JudgeLab.Right, 4);

        Assert.True(_five.AnswerTo("n5").Divergence?.IsInMinority("n5"));
    }

    [Fact]
    public void Difference_WithoutAMajority_DoesNotReplaceAMinority()
    {
        FindMinorityAndThenNoMajority();

        Assert.Equal([true, false], _five.Reported.Select(static each => each.Divergence.HasMajority));
        Assert.True(_five.Judge.Divergence?.IsInMinority("n5"));
        Assert.True(_five.AnswerTo("n5").Divergence?.IsInMinority("n5"));
        Assert.False(_five.AnswerTo("n4").Divergence?.HasMajority);
        Assert.Empty(_five.Ended);
    }

    /// <summary>n2 and n3 have started since, so they are compared at 8 and not at 4.</summary>
    [Fact]
    public void Difference_WithoutAMajority_AtAnEarlierIndex_DoesNotReplaceAMinority()
    {
        _five.Own(4, 8);
        _five.Agree("n2", 8);
        _five.Agree("n3", 8);
        _five.Differ("n5", 4, 8);
        _five.ReportAll("n4", run: 1, OtherWrong, 4);

        _five.Now += JudgeLab.Patience;
        _five.Compare();

        Assert.Equal([(0L, 8L), (0L, 4L)], _five.Ranges);
        Assert.True(_five.AnswerTo("n5").Divergence?.IsInMinority("n5"));
        Assert.True(_five.Judge.Divergence?.IsInMinority("n5"));
        Assert.Empty(_five.Ended);
    }

    [Fact]
    public void Difference_WithoutAMajority_LastsWhenTheMinorityIsRightAgain()
    {
        FindMinorityAndThenNoMajority();

        _five.Agree("n2", 6);
        _five.Agree("n3", 6);
        _five.Agree("n5", 6);
        Assert.Equal(["they are the same again"], _five.Ended);
        Assert.Equal((false, 8L), (_five.Judge.Divergence?.HasMajority, _five.Judge.Divergence?.DifferingIndex));

        _five.Own(12);
        _five.Agree("n2", 12);
        _five.Agree("n3", 12);
        Assert.Null(_five.Judge.Divergence);
    }

    [Fact]
    public void Member_ThatDiffersWithoutAMajority_IsToldWhenItIsTheMinority()
    {
        FindMinorityAndThenNoMajority();

        _five.Own(12);
        _five.Agree("n2", 12);
        _five.Agree("n3", 12);
        _five.ReportAll("n4", run: 1, OtherWrong, 12);

        Assert.True(_five.AnswerTo("n4").Divergence?.IsInMinority("n4"));
        Assert.True(_five.Judge.Divergence?.IsInMinority("n4"));
    }

    [Fact]
    public void Leader_WhoseStateIsWrong_KnowsItAfterADifferenceOfAnother()
    {
        _lab.Own(4, 8);
        _lab.Report("n2", run: 1, new(4, JudgeLab.Right), new(8, JudgeLab.Wrong));
        _lab.Differ("n3", 8);
        Assert.True(_lab.Judge.Divergence?.IsInMinority("n1"));

        _lab.Differ("n3", 4);

        Assert.True(_lab.Reported[^1].Divergence.IsInMinority("n3"));
        Assert.True(_lab.Judge.Divergence?.IsInMinority("n1"));
    }

    /// <summary>n5 is wrong at 4, and then n1 and n4 differ at 8 while the others do not report.</summary>
    private void FindMinorityAndThenNoMajority()
    {
        _five.Own(4);
        _five.Agree("n2", 4);
        _five.Agree("n3", 4);
        _five.Differ("n5", 4);
        _five.Own(6, 8);
        _five.ReportAll("n4", run: 1, OtherWrong, 8);
        _five.Differ("n5", 8);
        _five.Now += JudgeLab.Patience;
        _five.Compare();
    }

    private static string[] SidesOf(StateDivergence divergence) =>
        [.. divergence.Sides.Select(static side => string.Join(", ", side.Nodes))];
}
