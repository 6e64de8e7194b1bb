namespace Raft.Tests.Node;

/// <summary>A log store that finishes none of its writes is detected, and reported once.</summary>
public sealed class DiskWatchTests : IDisposable
{
    private const int Hangs = 122;
    private const int Recovered = 123;

    private readonly PartsLab _lab = new();
    private readonly DiskWatch _watch;

    public DiskWatchTests() => _watch = new DiskWatch(_lab.Context);

    private TimeSpan Timeout => _lab.Settings.HangTimeout;

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Check_NoWriteUnderWay_NeedsNoDeadline()
    {
        _lab.Advance(2 * Timeout);

        _watch.Check(completedWrites: 0, writesInFlight: 0);

        Assert.False(_watch.Hangs);
        Assert.Equal(TimeSpan.MaxValue, _watch.NextDeadline);
    }

    [Fact]
    public void Check_WriteUnderWay_ChecksAgainAtTheTimeout()
    {
        _lab.Advance(TimeSpan.FromSeconds(1));
        _watch.OnFirstWrite();

        _watch.Check(completedWrites: 0, writesInFlight: 1);

        Assert.False(_watch.Hangs);
        Assert.Equal(TimeSpan.FromSeconds(1) + Timeout, _watch.NextDeadline);
    }

    [Fact]
    public void Check_NoneFinishedWithinTheTimeout_ReportsTheHangOnce()
    {
        _watch.OnFirstWrite();
        _lab.Advance(Timeout);

        _watch.Check(completedWrites: 0, writesInFlight: 2);
        _lab.Advance(Timeout);
        _watch.Check(completedWrites: 0, writesInFlight: 2);

        Assert.True(_watch.Hangs);
        Assert.Equal(Timeout + TimeSpan.FromMinutes(1), _watch.NextDeadline); // for the next report; a completion wakes the worker
        Assert.Equal([Hangs], _lab.Logged);
    }

    [Fact]
    public void Check_OneFinishedWithinTheTimeout_RestartsTheTimeout()
    {
        _watch.OnFirstWrite();
        _lab.Advance(Timeout / 2);
        _watch.Check(completedWrites: 1, writesInFlight: 1);
        _lab.Advance(Timeout / 2);

        _watch.Check(completedWrites: 0, writesInFlight: 1);

        Assert.False(_watch.Hangs);
        Assert.Equal(_lab.Context.Now + (Timeout / 2), _watch.NextDeadline);
    }

    [Fact]
    public void Check_OneFinishedAfterAHang_ReportsTheEndOfIt()
    {
        _watch.OnFirstWrite();
        _lab.Advance(Timeout);
        _watch.Check(completedWrites: 0, writesInFlight: 2);

        _watch.Check(completedWrites: 1, writesInFlight: 1);

        Assert.False(_watch.Hangs);
        Assert.Equal([Hangs, Recovered], _lab.Logged);
    }
}
