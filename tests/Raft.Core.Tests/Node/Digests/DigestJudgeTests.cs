namespace Raft.Tests.Node.Digests;

/// <summary>What a leader concludes from the digests that the members report.</summary>
public class DigestJudgeTests
{
    private readonly JudgeLab _lab = new();

    [Fact]
    public void Member_ThatStartsAgain_IsNotGivenTheIndexesOfItsEarlierRun()
    {
        _lab.Own(4, 8, 12, 16, 20);
        _lab.Agree("n2", 4, 8, 12, 16, 20);
        _lab.Agree("n3", 4, 8, 12, 16, 20);

        _lab.ReportAll("n3", run: 2, JudgeLab.Wrong, 12);

        Assert.Equal([(0L, 12L)], _lab.Ranges);
        Assert.Equal((2L, 0L), (_lab.AnswerTo("n3").Run, _lab.AnswerTo("n3").AgreedIndex));
    }

    [Fact]
    public void Report_OfAnEarlierRun_ChangesNothing()
    {
        _lab.Own(4, 8, 12);
        _lab.Agree("n2", 4, 8, 12);
        _lab.ReportAll("n3", run: 2, JudgeLab.Right, 12);

        _lab.ReportAll("n3", run: 1, JudgeLab.Wrong, 8);

        Assert.Empty(_lab.Reported);
        Assert.Equal(12, _lab.AnswerTo("n3").AgreedIndex);
    }

    [Fact]
    public void Digest_OfAnEarlierRun_IsNotComparedAgain()
    {
        _lab.Own(12, 16);
        _lab.Agree("n2", 12, 16);
        _lab.Differ("n3", 12, 16);
        _lab.Own(24);
        _lab.Agree("n2", 24);
        _lab.ReportAll("n3", run: 2, JudgeLab.Right, 24);
        Assert.Equal(["they are the same again"], _lab.Ended);

        _lab.Configuration = new ClusterConfiguration([new("n1"), new("n2"), new("n3")], learners: [new("n4")]);
        _lab.Agree("n4", 12, 16, 24);

        Assert.Single(_lab.Reported);
    }

    [Fact]
    public void Member_ThatStartsAgainWithAWrongState_IsReportedAgain()
    {
        _lab.Own(4, 8);
        _lab.Agree("n2", 4, 8);
        _lab.Differ("n3", 4, 8);

        _lab.Own(12);
        _lab.Agree("n2", 12);
        _lab.ReportAll("n3", run: 2, JudgeLab.Wrong, 12);

        Assert.Equal([(0L, 4L), (0L, 12L)], _lab.Ranges);
        Assert.Equal(12, _lab.AnswerTo("n3").Divergence?.DifferingIndex);
    }

    [Fact]
    public void Difference_ThatIsNoticedLate_IsAfterTheLastIndexBeforeIt()
    {
        _lab.Own(4, 8, 12);
        _lab.Agree("n2", 4);
        _lab.Report("n3", run: 1, new(4, JudgeLab.Right), new(8, JudgeLab.Wrong), new(12, JudgeLab.Right));
        Assert.Empty(_lab.Reported);

        _lab.Agree("n2", 8);

        Assert.Equal([(4L, 8L)], _lab.Ranges);
    }

    [Fact]
    public void Difference_ThatIsNoticedLateAndFirst_IsAfterNoKnownIndex()
    {
        _lab.Own(8, 12);
        _lab.Report("n3", run: 1, new(8, JudgeLab.Wrong), new(12, JudgeLab.Right));

        _lab.Agree("n2", 8);

        Assert.Equal([(0L, 8L)], _lab.Ranges);
    }

    [Fact]
    public void State_ThatIsRightAgainInTheSameReport_IsReportedToItsMember()
    {
        _lab.Own(4, 8);
        _lab.Agree("n2", 4, 8);

        _lab.Report("n3", run: 1, new(4, JudgeLab.Wrong), new(8, JudgeLab.Right));

        Assert.Equal([(0L, 4L)], _lab.Ranges);
        Assert.Equal(
            [(4L, 4L), (null, 8L)], // it repeats index 8 unless the second answer arrives
            _lab.AnswersTo("n3").Select(static each => (each.Divergence?.DifferingIndex, each.ReceivedIndex)));
        Assert.Equal(["they are the same again"], _lab.Ended);
        Assert.Null(_lab.Judge.Divergence);
    }

    /// <summary>Index 4 stays open, because only two of five have a digest of it.</summary>
    [Fact]
    public void Difference_ThatIsOverAfterAnOpenIndex_IsReportedOnce()
    {
        JudgeLab lab = new(voters: 5);
        lab.Own(4, 8);
        lab.Agree("n2", 8);
        lab.Agree("n4", 8);
        lab.Report("n3", run: 1, new(4, JudgeLab.Right), new(8, JudgeLab.Wrong));
        lab.Own(12);
        lab.Agree("n2", 12);
        lab.Agree("n4", 12);

        lab.Report("n3", run: 1, new(4, JudgeLab.Right), new(8, JudgeLab.Wrong), new(12, JudgeLab.Right));

        Assert.Equal(["they are the same again"], lab.Ended);
        Assert.Equal(12, lab.AnswerTo("n3").ReceivedIndex);
    }

    [Fact]
    public void Difference_WithoutAMajority_IsReportedUnderLoad()
    {
        for (int i = 1; i <= 400 && _lab.Reported.Count == 0; i++)
        {
            _lab.Now += TimeSpan.FromMilliseconds(10); // a round is replaced after less than a second
            _lab.Own(i * 4L);
            _lab.Differ("n3", [.. Enumerable.Range(Math.Max(1, i - 15), Math.Min(i, 16)).Select(static each => each * 4L)]);
        }

        Assert.False(Assert.Single(_lab.Reported).Divergence.HasMajority);
        Assert.InRange(_lab.Now, JudgeLab.Patience, JudgeLab.Patience + TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void Difference_WithoutAMajority_IsReportedWhenTheTimeIsOver_AndOnce()
    {
        _lab.Own(4);
        _lab.Differ("n3", 4);
        Assert.Equal(JudgeLab.Patience, _lab.Judge.NextDeadline);

        _lab.Now = JudgeLab.Patience;
        _lab.Compare();
        _lab.Own(8);
        _lab.Differ("n3", 8);

        Assert.Single(_lab.Reported);
        Assert.Equal(8, _lab.AnswerTo("n3").ReceivedIndex);
        Assert.Equal(TimeSpan.MaxValue, _lab.Judge.NextDeadline);
    }

    [Fact]
    public void Minority_OfTwo_IsReportedOnceForEachMember()
    {
        JudgeLab lab = new(voters: 5);
        foreach (long index in (long[])[4, 8, 12])
        {
            lab.Own(index);
            lab.Agree("n2", index);
            lab.Agree("n3", index);
            lab.Differ("n4", index);
            lab.Differ("n5", index);
        }

        Assert.Equal(["n4", "n4, n5"], lab.Reported.Select(static each => string.Join(", ", each.Divergence.Concerned())));
    }

    [Fact]
    public void Minority_ThatIsKnown_IsNotReportedAgainWhileAnotherIsDown()
    {
        _lab.Own(4);
        _lab.Agree("n2", 4);
        _lab.Differ("n3", 4);

        _lab.Own(8);
        _lab.Differ("n3", 8);
        _lab.Now += JudgeLab.Patience;
        _lab.Compare();

        Assert.Single(_lab.Reported);
        Assert.Equal(8, _lab.AnswerTo("n3").ReceivedIndex);
    }

    [Fact]
    public void MinorityOfFive_ThatIsRightAgain_EndsTheDifferenceWithoutTheRest()
    {
        JudgeLab lab = new(voters: 5);
        lab.Own(4);
        lab.Agree("n2", 4);
        lab.Agree("n3", 4);
        lab.Differ("n5", 4);

        lab.Own(8);
        lab.Agree("n3", 8);
        lab.Agree("n4", 8);
        Assert.NotNull(lab.Judge.Divergence);
        lab.Agree("n5", 8);

        Assert.Null(lab.Judge.Divergence);
        Assert.Equal(["they are the same again"], lab.Ended);
    }

    [Fact]
    public void Minority_ThatHasLeftTheCluster_EndsTheDifference()
    {
        _lab.Own(4);
        _lab.Agree("n2", 4);
        _lab.Differ("n3", 4);

        _lab.Configuration = JudgeLab.Voters("n1", "n2", "n4");
        _lab.Own(8);
        _lab.Agree("n2", 8);

        Assert.Null(_lab.Judge.Divergence);
        Assert.Equal(["the members whose states differed have left the cluster"], _lab.Ended);
        _lab.Agree("n4", 4, 8);
        Assert.Single(_lab.Reported);
    }

    [Fact]
    public void Difference_WithoutAMajority_EndsForALeaderWhoseStateIsThatOfOne()
    {
        StateDivergence known = new() { DifferingIndex = 4, Sides = [new(JudgeLab.Right, ["n1"]), new(JudgeLab.Wrong, ["n2"])] };
        _lab.Judge.Begin(agreedIndex: 0, known);
        Assert.Equal(known, _lab.Judge.OwnDifference);

        _lab.Own(8);
        _lab.Agree("n3", 8);

        Assert.Null(_lab.Judge.Divergence);
        Assert.Equal(["the state of this node is that of a majority, and the others have not been compared since"], _lab.Ended);
    }

    [Fact]
    public void Difference_WithoutAMajority_IsReplacedWhenThereIsOne()
    {
        _lab.Own(4);
        _lab.Differ("n3", 4);
        _lab.Now += JudgeLab.Patience;
        _lab.Compare();

        _lab.Differ("n2", 4);

        Assert.Equal([false, true], _lab.Reported.Select(static each => each.Divergence.HasMajority));
        Assert.True(_lab.Reported[1].Own?.IsInMinority("n1"));
    }

    [Fact]
    public void Index_ThatTheLeaderHasPassedWithoutADigest_IsAnswered()
    {
        _lab.Own(4);
        _lab.Agree("n2", 8);

        _lab.Own(12);

        Assert.Equal(8, _lab.AnswerTo("n2").ReceivedIndex);
    }

    [Fact]
    public void Members_ThatHaveLeft_AreForgotten()
    {
        ComparedMembers members = new();
        members.Of("n2").Agree(4);
        members.Of("n9").Agree(4);

        members.Retain(JudgeLab.Voters("n1", "n2"));

        Assert.Equal("n2", Assert.Single(members.All).Node.Value);
    }
}
