namespace Raft.Core.Tests.Diagnostics;

public class RecurringConditionTests
{
    private readonly RecurringCondition _condition = new(TimeSpan.FromSeconds(90));

    [Fact]
    public void Condition_Occurs_IsReportedAtOnce()
    {
        Assert.Equal(TimeSpan.MaxValue, _condition.NextDeadline);
        Assert.Equal(ConditionReport.Begins, _condition.Occur(At(5)));
        Assert.True(_condition.Holds);
        Assert.Equal(At(95), _condition.NextDeadline);
    }

    [Fact]
    public void Condition_IsQuiet_EndsOnce()
    {
        _condition.Occur(At(0), times: 3);

        Assert.Equal(ConditionReport.None, _condition.Check(At(89)));
        Assert.Equal(ConditionReport.Ends, _condition.Check(At(90)));
        Assert.Equal(ConditionReport.None, _condition.Check(At(91)));
        Assert.Equal((false, 3, TimeSpan.MaxValue), (_condition.Holds, _condition.Occurrences, _condition.NextDeadline));
    }

    [Fact]
    public void Occurrence_BeforeTheMinuteIsOver_IsReportedWhenItIs()
    {
        _condition.Occur(At(0));

        Assert.Equal(ConditionReport.None, _condition.Occur(At(10)));
        Assert.Equal(At(60), _condition.NextDeadline);
        Assert.Equal(ConditionReport.None, _condition.Check(At(59)));
        Assert.Equal(ConditionReport.Lasts, _condition.Check(At(60)));
        Assert.Equal(At(100), _condition.NextDeadline);
        Assert.Equal(ConditionReport.Ends, _condition.Check(At(100)));
    }

    [Fact]
    public void Condition_ThatDoesNotOccurAgain_IsNotReportedAgain()
    {
        _condition.Occur(At(0));

        Assert.Equal(ConditionReport.None, _condition.Check(At(60)));
    }

    [Fact]
    public void Condition_OccursAllTheTime_IsReportedOnceAMinute()
    {
        List<(int Second, ConditionReport Report)> reports = [];
        for (int second = 0; second < 150; second++)
        {
            ConditionReport report = _condition.Occur(At(second));
            if (report != ConditionReport.None)
            {
                reports.Add((second, report));
            }
        }

        Assert.Equal([(0, ConditionReport.Begins), (60, ConditionReport.Lasts), (120, ConditionReport.Lasts)], reports);
    }

    [Fact]
    public void Condition_ThatIsKnownToBeOver_EndsAtOnce()
    {
        _condition.Occur(At(0));
        _condition.Occur(At(1));

        Assert.Equal(ConditionReport.Ends, _condition.End(At(2)));
        Assert.Equal(ConditionReport.None, _condition.Check(At(100)));
        Assert.Equal(ConditionReport.Begins, _condition.Occur(At(101)));
        Assert.Equal(1, _condition.Occurrences);
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
