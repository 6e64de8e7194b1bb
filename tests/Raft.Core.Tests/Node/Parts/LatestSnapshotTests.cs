namespace Raft.Tests.Node;

public sealed class LatestSnapshotTests : IDisposable
{
    private readonly PartsLab _lab = new();
    private readonly LatestSnapshot _latest;

    public LatestSnapshotTests() => _latest = new LatestSnapshot(new SnapshotPolicy(_lab.Settings));

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Index_WithoutASnapshot_IsZero()
    {
        Assert.Null(_latest.Info);
        Assert.Equal(0, _latest.Index);
    }

    [Fact]
    public void Record_ALaterSnapshot_ReplacesTheEarlierOne()
    {
        _latest.Record(new SnapshotInfo(5, 1, default, 10));
        _latest.Record(new SnapshotInfo(9, 2, default, 20));

        Assert.Equal(9, _latest.Index);
        Assert.Equal(20, _latest.Info?.Length);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    public void Record_ASnapshotThatIsNotLater_ChangesNothing(long index)
    {
        _latest.Record(new SnapshotInfo(5, 1, default, 10));

        _latest.Record(new SnapshotInfo(index, 2, default, 20));

        Assert.Equal(new SnapshotInfo(5, 1, default, 10), _latest.Info);
    }
}
