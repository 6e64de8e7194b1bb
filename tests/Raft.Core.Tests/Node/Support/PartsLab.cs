using Raft.Consensus;
using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>What a part of a node needs around it, for tests of that part alone. The test plays the worker.</summary>
internal sealed class PartsLab : IDisposable
{
    public PartsLab(
        IStateMachine? machine = null,
        ILogStore? store = null,
        int members = 3,
        ISnapshotStore? snapshots = null,
        IClock? clock = null,
        Action<RaftNodeOptions>? configure = null)
    {
        RaftNodeOptions options = new()
        {
            Members = [.. Enumerable.Range(1, members).Select(static number => new RaftMember($"n{number}"))],
        };
        configure?.Invoke(options);
        Settings = new NodeSettings("n1", initialTerm: 0, options, new RaftNodePorts
        {
            Clock = clock ?? Clock,
            Scheduler = new Spy(this),
            LogStore = store,
            SnapshotStore = snapshots,
            StateMachine = machine,
            Transport = new SimulatedWorld().Network.CreateTransport(),
        });
        Sources = new NodeSources(Settings.Scheduler);
        Board = new StatusBoard("n1", Sources.Signals, Sources.Resumes);
        Logger = new NodeLogger(Loggers, Scheduler, "n1", Sources.Lifecycle);
        Context = new NodeContext(Settings, Sources, metrics: null, Logger, Life, () => Wakes++)
        {
            Module = new ConsensusModule(Settings.Consensus, default, 0, 0, default),
        };
    }

    public StepScheduler Scheduler { get; } = new();

    public SimulatedClock Clock { get; } = new();

    public RecordingLoggerFactory Loggers { get; } = new();

    public LifeState Life { get; } = new();

    public NodeSettings Settings { get; }

    public NodeSources Sources { get; }

    public StatusBoard Board { get; }

    public NodeLogger Logger { get; }

    public NodeContext Context { get; }

    /// <summary>Called before anything is scheduled.</summary>
    public Action? OnSchedule { get; set; }

    /// <summary>How often the worker was woken.</summary>
    public int Wakes { get; private set; }

    /// <summary>The event ids that were logged, in order.</summary>
    public IReadOnlyList<int> Logged
    {
        get
        {
            Scheduler.RunUntilIdle();
            return [.. Loggers.All.Select(static record => record.Id.Id)];
        }
    }

    /// <summary>Lets time pass until the next pass of the worker.</summary>
    public void Advance(TimeSpan duration)
    {
        Clock.AdvanceBy(duration);
        Context.Now = Clock.Now;
    }

    /// <summary>Executes the requests that were posted, and resumes those who were answered.</summary>
    public void Pass()
    {
        foreach (NodeRequest request in Context.Mailbox.Drain().Requests)
        {
            request.Execute();
        }

        Resume();
    }

    public void Resume()
    {
        Context.Answers.Resume();
        Scheduler.RunUntilIdle();
    }

    /// <summary>A caller of a proposal, and what it awaits.</summary>
    public (PendingCaller<Committed> Caller, Task<Committed> Task) Caller() => CallerThatCancels(CancellationToken.None);

    public (PendingCaller<Committed> Caller, Task<Committed> Task) CallerThatCancels(CancellationToken cancellationToken)
    {
        CompletionSource<Committed> source = Sources.Committed.Rent(cancellationToken);
        PendingCaller<Committed> caller = source.Caller;
        return (caller, source.Task.AsTask());
    }

    /// <summary>The index that a caller was answered with.</summary>
    public static long IndexOf(Task<Committed> answered)
    {
        Assert.True(answered.IsCompletedSuccessfully);
        return answered.GetAwaiter().GetResult().Index;
    }

    public void Dispose() => Loggers.Dispose();

    private sealed class Spy(PartsLab lab) : IScheduler
    {
        public void Schedule(IThreadPoolWorkItem item, bool preferLocal)
        {
            lab.OnSchedule?.Invoke();
            lab.Scheduler.Schedule(item, preferLocal);
        }

        public IBlockingScheduler CreateBlocking(string name) => lab.Scheduler.CreateBlocking(name);
    }
}
