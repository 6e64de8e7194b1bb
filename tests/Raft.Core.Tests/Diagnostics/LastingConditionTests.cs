namespace Raft.Core.Tests.Diagnostics;

public class LastingConditionTests
{
    private readonly LastingCondition _condition = new();

    [Fact]
    public void Condition_Begins_IsReportedAtOnce()
    {
        Assert.Equal(ConditionReport.Begins, _condition.Observe(holds: true, At(5)));
        Assert.True(_condition.Holds);
        Assert.Equal(At(5), _condition.Since);
    }

    [Fact]
    public void Condition_Lasts_IsReportedOnceAMinute()
    {
        _condition.Observe(holds: true, At(0));

        Assert.Equal(ConditionReport.None, _condition.Observe(holds: true, At(59)));
        Assert.Equal(At(60), _condition.NextReportAt);
        Assert.Equal(ConditionReport.Lasts, _condition.Observe(holds: true, At(60)));
        Assert.Equal(ConditionReport.None, _condition.Observe(holds: true, At(119)));
        Assert.Equal(ConditionReport.Lasts, _condition.Observe(holds: true, At(120)));
    }

    [Fact]
    public void Condition_Ends_IsReportedOnce()
    {
        _condition.Observe(holds: true, At(0));

        Assert.Equal(ConditionReport.Ends, _condition.Observe(holds: false, At(1)));
        Assert.Equal(ConditionReport.None, _condition.Observe(holds: false, At(2)));
        Assert.False(_condition.Holds);
        Assert.Equal(TimeSpan.MaxValue, _condition.NextReportAt);
    }

    [Fact]
    public void Condition_NeverHeld_IsNotReported() => Assert.Equal(ConditionReport.None, _condition.Observe(holds: false, At(0)));

    [Fact]
    public void Condition_BeginsAndEndsAllTheTime_IsReportedOnceAMinute()
    {
        List<(int Second, ConditionReport Report)> reports = [];
        for (int second = 0; second < 150; second++)
        {
            ConditionReport report = _condition.Observe(holds: second % 2 == 0, At(second));
            if (report != ConditionReport.None)
            {
                reports.Add((second, report));
            }
        }

        Assert.Equal(
            [
                (0, ConditionReport.Begins), (1, ConditionReport.Ends),
                (60, ConditionReport.Begins), (61, ConditionReport.Ends),
                (120, ConditionReport.Begins), (121, ConditionReport.Ends),
            ],
            reports);
    }

    [Fact]
    public void Condition_BeginsAgainWithinTheMinute_IsReportedWhenTheMinuteIsOver()
    {
        _condition.Observe(holds: true, At(0));
        _condition.Observe(holds: false, At(1));

        Assert.Equal(ConditionReport.None, _condition.Observe(holds: true, At(10)));
        Assert.Equal(ConditionReport.Begins, _condition.Observe(holds: true, At(60)));
        Assert.Equal(At(10), _condition.Since);
    }

    [Fact]
    public void Occurrences_ConditionBeginsAgain_AreCountedFromThere()
    {
        _condition.Occur(At(0));
        _condition.Occur(At(1));
        Assert.Equal(2, _condition.Occurrences);

        _condition.Observe(holds: false, At(2));
        _condition.Occur(At(3));

        Assert.Equal(1, _condition.Occurrences);
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
