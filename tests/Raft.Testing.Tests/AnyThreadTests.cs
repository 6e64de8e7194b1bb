using Raft.Testing.Tests.Clusters;

namespace Raft.Testing.Tests;

/// <summary>A simulation runs on any thread, with any synchronization context and task scheduler, and stays there.</summary>
public sealed class AnyThreadTests
{
    private static readonly SimulationOptions Short = new() { Duration = TimeSpan.FromSeconds(10) };

    private readonly SimulatedCluster<Bank> _madeBeforeTheTest = new(() => new Bank(), seed: 5);

    [Fact]
    public void SynchronizationContext_IsSetAsideDuringAStep_AndThereAgain()
    {
        StepScheduler scheduler = new();
        SynchronizationContext? inside = new();
        scheduler.Schedule(new WorkItem(() => inside = SynchronizationContext.Current), preferLocal: false);
        RecordingContext context = new();

        Under(context, () =>
        {
            scheduler.RunStep();
            Assert.Same(context, SynchronizationContext.Current);
        });

        Assert.Null(inside);
    }

    [Fact]
    public void Simulation_UnderASynchronizationContext_PostsNothingToIt_AndTakesTheSameCourse()
    {
        RecordingContext context = new();
        SimulationReport<BankCommand, Receipt>? report = null;

        Under(context, () => report = RunBank(seed: 3));

        report!.ThrowUnlessLinearizable();
        Assert.Equal(0, context.Posts);
        Assert.True(report.Summary.Restorations > 0); // which awaits without ConfigureAwait(false)
        Assert.Equal(RunBank(seed: 3).Summary.TraceHash, report.Summary.TraceHash);
    }

    [Fact]
    public async Task Simulation_OnAnotherTaskScheduler_StaysOnItsThread()
    {
        ConcurrentExclusiveSchedulerPair schedulers = new();

        SimulationReport<BankCommand, Receipt> report = await Task.Factory.StartNew(
            () => RunBank(seed: 3), CancellationToken.None, TaskCreationOptions.None, schedulers.ExclusiveScheduler);

        report.ThrowUnlessLinearizable();
        Assert.True(report.Summary.Restorations > 0);
        Assert.Equal(RunBank(seed: 3).Summary.TraceHash, report.Summary.TraceHash);
    }

    [Fact]
    public async Task Cluster_MadeElsewhere_IsUsedOnEveryThreadOfAnAsynchronousTest()
    {
        _madeBeforeTheTest.Start();
        int first = Environment.CurrentManagedThreadId;
        await Task.Factory.StartNew(
            () =>
            {
                Assert.NotEqual(first, Environment.CurrentManagedThreadId);
                _madeBeforeTheTest.Propose(new Deposit("ann", 5));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        Assert.Equal(5, _madeBeforeTheTest.Read("n2", bank => bank.BalanceOf("ann")));
        SimulatedProposal later = new SimulatedCluster(seed: 1).Started().Submit("a", "n1"); // a node may be called between runs too
        Assert.Equal(ProposalFate.Pending, later.Fate);
    }

    [Fact]
    public void TwoThreadsAtOnce_AreAnErrorOfUse()
    {
        SimulatedCluster cluster = new(seed: 1);
        cluster.Start();
        Exception? thrown = null;

        cluster.World.RunUntil(() =>
        {
            using (ExecutionContext.SuppressFlow())
            {
                Thread other = new(() => thrown = Record.Exception(() => cluster.Propose("a")));
                other.Start();
                other.Join();
            }

            return true;
        });

        Assert.Contains(
            "Two threads use one simulation at once", Assert.IsType<InvalidOperationException>(thrown).Message, StringComparison.Ordinal);
        cluster.Propose("b"); // the first thread may continue
    }

    [Fact]
    public void WorkThatReturnsWhenNobodyIsInside_IsAnEscape()
    {
        SimulatedWorld world = new();
        using ManualResetEventSlim left = new();
        Task? escaping = null;
        world.Scheduler.Schedule(
            new WorkItem(() => escaping = Task.Run(
                () =>
                {
                    left.Wait(TestContext.Current.CancellationToken);
                    world.Clock.CreateTimer(() => { }).Set(TimeSpan.Zero);
                },
                TestContext.Current.CancellationToken)),
            preferLocal: false);
        world.RunUntilIdle();

        left.Set();
#pragma warning disable xUnit1031 // The test is synchronous, as it must show.
        escaping!.Wait(TestContext.Current.CancellationToken);
#pragma warning restore xUnit1031

        SimulationException escaped = Assert.Throws<SimulationException>(() => world.Step());
        Assert.Contains("after the call had returned", escaped.Message, StringComparison.Ordinal);
    }

    /// <summary>Outside of a call, such a thread is not known to be that of the test.</summary>
    [Fact]
    public async Task GateOfTheTest_CompletedInsideOnAnotherThread_ContinuesInside()
    {
        SimulatedWorld world = new();
        TaskCompletionSource gate = new();
        Task? script = null;
        world.Run(() =>
        {
            script = WaitAsync();
            return Task.CompletedTask;
        });

        await Task.Factory.StartNew(
            () => world.Run(() =>
            {
                gate.SetResult();
                return Task.CompletedTask;
            }),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        Assert.True(script!.IsCompletedSuccessfully);
        world.RunUntilIdle();

        async Task WaitAsync()
        {
            await gate.Task;
            world.Clock.CreateTimer(() => { }).Set(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Script_WithPlainAwaitsUnderASynchronizationContext_ContinuesInside()
    {
        _madeBeforeTheTest.Start();
        _madeBeforeTheTest.Elect("n1");
        IProposer<BankCommand, Receipt> proposer = _madeBeforeTheTest.ProposerOf("n1");
        RecordingContext context = new();

        Under(context, () => _madeBeforeTheTest.World.Run(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await proposer.ProposeAsync(new Deposit("ann", 5));
            await proposer.ProposeAsync(new Deposit("ann", 5));
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
        }));

        Assert.Equal(0, context.Posts);
    }

    private static SimulationReport<BankCommand, Receipt> RunBank(ulong seed) => Simulation.Run(
        seed,
        () => new Bank(),
        random => new Deposit($"{random.Next(3)}", random.Next(10)),
        Short with { Settings = SimulationSettings.Default with { SnapshotAfterEntries = 10, TrailingEntries = 0 }, TraceFolder = "" });

    private static void Under(SynchronizationContext context, Action action)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Continues what is posted on another thread, as those of test frameworks do.</summary>
    private sealed class RecordingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => _posts;

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            base.Post(d, state);
        }
    }
}

internal static class StartedCluster
{
    public static SimulatedCluster Started(this SimulatedCluster cluster)
    {
        cluster.Start();
        return cluster;
    }
}
