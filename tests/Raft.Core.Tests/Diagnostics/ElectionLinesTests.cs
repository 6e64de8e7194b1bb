namespace Raft.Tests.Node;

/// <summary>Messages about elections that are too many: one a minute takes their place, until there are few again.</summary>
public sealed class ElectionLinesTests : IDisposable
{
    private readonly PartsLab _lab = new();
    private readonly ElectionLines _lines;

    public ElectionLinesTests() => _lines = new ElectionLines(_lab.Context);

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Messages_ThatAreFew_AreAllWritten()
    {
        Assert.Equal(20, Written(20));
        Assert.Equal((ConditionReport.None, TimeSpan.MaxValue), (MinuteEnds().Report, _lines.NextDeadline));
        Assert.Equal(20, Written(20));
    }

    [Fact]
    public void Messages_ThatAreMany_AreReportedEachMinuteUntilTheyAreFewAgain()
    {
        Assert.Equal(20, Written(25));
        Assert.Equal(TimeSpan.FromMinutes(1), _lines.NextDeadline);
        Assert.Equal((ConditionReport.Begins, 25), MinuteEnds());

        Assert.Equal(0, Written(30));
        Assert.Equal((ConditionReport.Lasts, 30), MinuteEnds());

        Assert.Equal(0, Written(3));
        Assert.Equal((ConditionReport.Ends, 58), MinuteEnds());
        Assert.Equal((ConditionReport.None, 0), MinuteEnds());
        Assert.Equal(3, Written(3));
    }

    [Fact]
    public void Messages_ThatAreManyAgain_AreCountedFromThere()
    {
        Written(21);
        MinuteEnds();
        MinuteEnds();

        Written(22);
        Assert.Equal((ConditionReport.Begins, 22), MinuteEnds());
        Assert.Equal((ConditionReport.Ends, 22), MinuteEnds());
    }

    private int Written(int messages) => Enumerable.Range(0, messages).Count(_ => _lines.Allows());

    private (ConditionReport Report, long Count) MinuteEnds()
    {
        _lab.Advance(TimeSpan.FromMinutes(1));
        return (_lines.Check(out long count), count);
    }
}
