namespace Raft.Tests.Node;

/// <summary>A state machine that does not finish a batch is detected, and reported once.</summary>
public sealed class ApplierWatchTests : IDisposable
{
    private const int Hangs = 120;
    private const int Recovered = 121;

    private readonly Gated _machine = new();
    private readonly PartsLab _lab;
    private readonly Applier _applier;
    private readonly ApplierWatch _watch;

    public ApplierWatchTests()
    {
        _lab = new PartsLab(_machine);
        _applier = new Applier(_lab.Settings, metrics: null, static _ => { }, static _ => { }, static () => { }, new ResumeBatchPool(_lab.Settings.Scheduler));
        _watch = new ApplierWatch(_lab.Context, _applier);
    }

    private TimeSpan Timeout => _lab.Settings.HangTimeout;

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Check_NothingPosted_NeedsNoDeadline()
    {
        _watch.Check();

        Assert.False(_watch.Hangs);
        Assert.Equal(TimeSpan.MaxValue, _watch.NextDeadline);
    }

    [Fact]
    public void Check_BatchThatHasNotStarted_ChecksAgainAtTheTimeout()
    {
        Post();

        _watch.Check();

        Assert.False(_watch.Hangs);
        Assert.Equal(Timeout, _watch.NextDeadline);
    }

    [Fact]
    public void OnPosted_WithAnEarlierDeadline_KeepsIt()
    {
        _watch.OnPosted();
        _lab.Advance(TimeSpan.FromSeconds(1));

        _watch.OnPosted();

        Assert.Equal(Timeout, _watch.NextDeadline);
    }

    [Fact]
    public void Check_SameBatchForTheTimeout_ReportsTheHangOnce()
    {
        Post();
        _lab.Scheduler.RunUntilIdle();
        _lab.Advance(Timeout);

        _watch.Check();
        _lab.Advance(Timeout);
        _watch.Check();

        Assert.True(_watch.Hangs);
        Assert.Equal([Hangs], _lab.Logged);
    }

    [Fact]
    public void Check_BatchFinishedAfterAHang_ReportsTheEndOfIt()
    {
        Post();
        _lab.Scheduler.RunUntilIdle();
        _lab.Advance(Timeout);
        _watch.Check();
        _machine.Release();
        _lab.Scheduler.RunUntilIdle();

        _watch.Check();

        Assert.False(_watch.Hangs);
        Assert.Equal([Hangs, Recovered], _lab.Logged);
    }

    private void Post()
    {
        CommittedBatch batch = _applier.TryRent()!;
        batch.Fill(1, new[] { Lab.Entry(1, "a") }, new PendingProposals(), _lab.Sources.Resumes.Rent());
        _applier.Post(batch);
    }
}
