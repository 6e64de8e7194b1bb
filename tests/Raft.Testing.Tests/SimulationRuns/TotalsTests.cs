using Raft.SimulationRuns;

namespace Raft.Testing.Tests.SimulationRuns;

public sealed class TotalsTests
{
    private static readonly Job Any = new(1, Profile.Find("disk")!, 3, 1);

    private static SimulationReport Report(double minutes, long commits, int elections, SimulationException? violation = null) =>
        new(1, TimeSpan.FromMinutes(minutes), 5, commits, elections, [new Fault(FaultKind.Crash, default, default, 0, 1, 0)], 0, violation)
        {
            Events = 100,
        };

    [Fact]
    public void Totals_OfSeveralRuns_AddUpAndShowTheIdlest()
    {
        Totals totals = new();
        totals.Add(Any, Report(minutes: 60, commits: 600, elections: 30));
        totals.Add(Any, Report(minutes: 30, commits: 600, elections: 6));

        Assert.Equal("seeds 2, simulated hours 1.50, wall seconds 4.5, events 200, commits 1200, elections 36, violations "
            + "0", totals.Summary(TimeSpan.FromSeconds(4.5)));
        Assert.Equal(["disk: per simulated minute at least 10 commits, 0.2 elections, 0.0 faults; on average 13, 0.4, 0.0, with 0 "
            + "reads, 0.0 snapshots and 0.0 restorations"], totals.RateLines());
    }

    [Fact]
    public void Totals_OfAViolation_KeepItApart()
    {
        Totals totals = new();
        totals.Add(Any, Report(minutes: 0.1, commits: 0, elections: 0, new SimulationException("broken")));

        Assert.Single(totals.Violations);
        Assert.Empty(totals.RateLines());
        Assert.EndsWith("violations 1", totals.Summary(TimeSpan.Zero), StringComparison.Ordinal);
    }

    [Fact]
    public void Violations_ComeInTheOrderOfTheirSeeds()
    {
        Totals totals = new();
        foreach (ulong seed in new ulong[] { 7, 3, 5 })
        {
            totals.Add(Any with { Seed = seed }, Report(minutes: 0.1, commits: 0, elections: 0, new SimulationException("broken")));
        }

        Assert.Equal([3UL, 5UL, 7UL], totals.Violations.Select(violation => violation.Job.Seed));
    }

    [Fact]
    public void ViolationReport_WithNoTimeToShrink_NamesTheRuleAndWritesNothing()
    {
        StringWriter output = new();
        string directory = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        new ViolationReport(output, directory, shrinkLimit: TimeSpan.Zero).Write(
            Any, Report(minutes: 0.1, commits: 0, elections: 0, new SimulationException("broken", "what", null)));

        Assert.Contains("rule:   broken", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("--seed 1 ", output.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void Batch_OnSeveralThreads_RunsEachJobOnce()
    {
        Job[] jobs = [.. Enumerable.Range(1, 50).Select(seed => Any with { Seed = (ulong)seed })];
        List<ulong> completed = [];

        new Batch(jobs, job => Report(1, 1, 1)).Run(threads: 3, stopAtFirst: false, (job, _) => completed.Add(job.Seed));

        Assert.Equal(jobs.Select(job => job.Seed), completed.Order());
    }

    [Fact]
    public void Batch_ThatStopsAtTheFirstViolation_StartsNoMore()
    {
        Job[] jobs = [.. Enumerable.Range(1, 50).Select(seed => Any with { Seed = (ulong)seed })];
        List<ulong> completed = [];

        new Batch(jobs, job => Report(1, 1, 1, job.Seed == 3 ? new SimulationException("broken") : null)).Run(
            threads: 1, stopAtFirst: true, (job, _) => completed.Add(job.Seed));

        Assert.Equal([1, 2, 3], completed);
    }

    [Fact]
    public void Batch_WhoseRunThrows_Throws() =>
        Assert.Throws<AggregateException>(() => new Batch([Any], _ => throw new InvalidOperationException()).Run(1, false, (_, _) => { }));
}
