using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A store that does not open, or a transport that does not start, is reported before the node runs.</summary>
public sealed class StartHangTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();
    private readonly TaskCompletionSource _gate = new();

    public StartHangTests() => _lab.Loggers = _logged;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _logged.Dispose();

    [Theory]
    [InlineData("log", HangingResource.LogStore, "opening the log")]
    [InlineData("write", HangingResource.LogStore, "writing to the log")]
    [InlineData("read", HangingResource.LogStore, "reading the log from entry 1 on")]
    [InlineData("find", HangingResource.SnapshotStore, "looking for the latest snapshot")]
    [InlineData("open", HangingResource.SnapshotStore, "opening the snapshot up to entry 2")]
    [InlineData("transport", HangingResource.Transport, "starting")]
    public void Step_ThatHangs_IsReportedOnceAMinuteAndWhenItEnds(string step, HangingResource resource, string work)
    {
        LabNode node = NodeThatHangs(step);
        _logged.Clear();
        node.Run();
        _lab.World.RunFor(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_logged.Of(104));
        Assert.Empty(node.Status.Hangs);

        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(5, _logged.Of(104).Length); // when it begins, and then once a minute
        FakeLogRecord report = _logged.Of(104)[0];
        Assert.Equal((LogLevel.Warning, "StartHangs"), (report.Level, report.Id.Name));
        Assert.Contains($"has been {work} for 00:00:10", report.Message, StringComparison.Ordinal);
        HangingWork shown = Assert.Single(node.Status.Hangs);
        Assert.Equal((resource, work), (shown.Resource, shown.Work));
        Assert.Equal(NodeLifecycle.Starting, node.Status.Lifecycle);
        Assert.EndsWith($"does not campaign yet; {shown}, and the start waits for it", node.Status.Explanation, StringComparison.Ordinal);

        _gate.SetResult();
        _lab.World.RunUntil(() => node.Status.Role == RaftRole.Leader);
        _lab.World.RunUntilIdle();

        Assert.Equal((LogLevel.Information, "StartProceeds"), (Assert.Single(_logged.Of(105)).Level, _logged.Of(105)[0].Id.Name));
        Assert.Equal(5, _logged.Of(104).Length);
        Assert.Empty(node.Status.Hangs);
        node.Stop();
    }

    /// <summary>A handler has opened the store, and the node is run only later: it still says what it waits for.</summary>
    [Fact]
    public void Log_ThatHangsForAHandler_IsShownBeforeAndAfterTheNodeIsRun()
    {
        LabNode node = NodeThatHangs("log");
        Task<RequestVoteReply> vote = node.Raft.RequestVoteAsync(5, "n2", 0, 0, Token).AsTask();
        _lab.World.RunFor(TimeSpan.FromSeconds(11));
        Assert.Equal((NodeLifecycle.Idle, 1), (node.Status.Lifecycle, node.Status.Hangs.Count));

        node.Run();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.Equal((NodeLifecycle.Starting, 1), (node.Status.Lifecycle, node.Status.Hangs.Count));
        _gate.SetResult();
        _lab.World.Run(vote);
        Assert.Empty(node.Status.Hangs);
        node.Stop();
    }

    /// <summary>Each step has its own time: a start that is slow in many steps does not hang.</summary>
    [Fact]
    public void Steps_ThatAreSlowButEnd_AreNotReported()
    {
        SimulatedLogStore inner = _lab.World.CreateLogStore();
        SpyStore store = new(inner)
        {
            OnOpen = () => new ValueTask(DelayAsync(TimeSpan.FromSeconds(8))),
            OnRead = () => new ValueTask(DelayAsync(TimeSpan.FromSeconds(8))),
        };
        HeldSnapshots snapshots = new(_lab.World.CreateSnapshotStore()) { OnFind = DelayAsync(TimeSpan.FromSeconds(16)) };
        LabNode node = _lab.Node(store: store, snapshots: snapshots);

        node.Run();
        _lab.World.RunUntil(() => node.Status.Role == RaftRole.Leader);

        Assert.Empty(_logged.Of(104));
        Assert.True(_lab.World.Clock.Now >= TimeSpan.FromSeconds(16));
        node.Stop();
    }

    [Fact]
    public void Store_ThatHangsAndFails_IsNotReportedAsRecovered()
    {
        LabNode node = NodeThatHangs("log");
        _logged.Clear();
        node.Run();
        _lab.World.RunFor(TimeSpan.FromSeconds(11));

        _gate.SetException(new IOException("The disk is gone."));
        node.Failure();
        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal([104, 102], _logged.Ids);
        Assert.Empty(node.Status.Hangs);
    }

    private LabNode NodeThatHangs(string step)
    {
        SimulatedLogStore log = _lab.World.CreateLogStore();
        ISnapshotStore inner = _lab.World.CreateSnapshotStore();
        if (step is "read" or "open")
        {
            LabNode before = _lab.Node(store: log, snapshots: inner).Lead();
            before.Commit("a");
            _ = step == "open" ? _lab.World.Run(before.Raft.SnapshotAsync(Token).AsTask()) : null;
            before.Stop();
        }

        SpyStore store = new(log);
        HeldSnapshots snapshots = new(inner);
        ITransport? transport = null;
        switch (step)
        {
            case "log":
                store.OnOpen = () => new ValueTask(_gate.Task);
                break;
            case "write":
                store.OnWrite = () => new ValueTask(_gate.Task);
                break;
            case "read":
                store.OnRead = () => new ValueTask(_gate.Task);
                break;
            case "find":
                snapshots.OnFind = _gate.Task;
                break;
            case "open":
                snapshots.OnOpen = _gate.Task;
                break;
            default:
                transport = new HeldTransport(_gate.Task);
                break;
        }

        return _lab.Node(store: store, snapshots: snapshots, transport: transport);
    }

    private Task DelayAsync(TimeSpan duration)
    {
        TaskCompletionSource done = new();
        IClockTimer timer = _lab.World.Clock.CreateTimer(done.SetResult);
        timer.Set(_lab.World.Clock.Now + duration);
        return done.Task;
    }

    private sealed class HeldTransport(Task until) : ITransport
    {
        public async ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) => await until;

        public void Send(RaftMember to, RaftMessage message)
        {
            // a cluster of one
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
