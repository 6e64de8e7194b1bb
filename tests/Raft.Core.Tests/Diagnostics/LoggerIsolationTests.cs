namespace Raft.Tests.Node;

/// <summary>Logging providers are users' code: they run apart from the node, one message at a time, and may throw or block.</summary>
public sealed class LoggerIsolationTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();

    public LoggerIsolationTests() => _lab.Loggers = _logged;

    public void Dispose() => _logged.Dispose();

    [Fact]
    public void ProviderThatThrows_AffectsNothingElse()
    {
        _logged.OnWrite = static _ => throw new InvalidOperationException("The log server is away.");
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());

        _lab.WaitForLeader(nodes).Commit("a");
        _lab.World.RunUntilIdle();
        _logged.OnWrite = null;
        nodes[0].Stop();

        Assert.All(nodes, static node => Assert.Null(node.Status.Failure));
        Assert.Equal([101], _logged.Ids.Where(static id => id == 101));
    }

    [Fact]
    public void ProviderThatBlocks_DelaysNoElection()
    {
        BusyScheduler scheduler = new(_lab.World.Scheduler);
        _lab.Scheduler = scheduler; // its log items wait indefinitely, as with a provider that blocks
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());

        _lab.WaitForLeader(nodes).Commit("a");

        Assert.Empty(_logged.All);
        Assert.Equal(3, scheduler.Held.Count); // one item for each node, however many messages it has
        scheduler.Held.ForEach(static item => item.Execute());
        Assert.Equal([100, 100, 100, 110, 111, 111, 114], _logged.Ids.Order());
    }

    [Fact]
    public void Messages_OfOneNode_AreWrittenInOrder()
    {
        BusyScheduler scheduler = new(_lab.World.Scheduler);
        _lab.Scheduler = scheduler;
        LabNode node = _lab.Node(members: 3, configure: static options => options.PreVote = false);
        node.Run();
        _lab.World.RunUntil(() => node.Status.Term == 5);
        _lab.World.RunUntilIdle();

        Assert.Single(scheduler.Held).Execute();

        Assert.Equal(["1", "2", "3", "4", "5"], _logged.Of(114).Select(static record => RecordingLoggerFactory.Value(record, "Term")));
        Assert.Equal(100, _logged.Ids.First());
    }

    [Fact]
    public void Messages_ThatArriveWhileOthersAreWritten_AreWrittenByTheSameItem()
    {
        BusyScheduler scheduler = new(_lab.World.Scheduler);
        _lab.Scheduler = scheduler;
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        _logged.OnWrite = _ =>
        {
            _logged.OnWrite = null;
            node.AppendEntries(7, "n2", 0, 0, []);
            _lab.World.RunUntilIdle();
        };

        Assert.Single(scheduler.Held).Execute();

        Assert.Equal([100, 111], _logged.Ids);
        Assert.Single(scheduler.Held);
    }

    /// <summary>Holds back what writes logs, and runs the rest.</summary>
    private sealed class BusyScheduler(IScheduler inner) : IScheduler
    {
        public List<IThreadPoolWorkItem> Held { get; } = [];

        public void Schedule(IThreadPoolWorkItem item, bool preferLocal)
        {
            if (item is LogQueue)
            {
                Held.Add(item);
            }
            else
            {
                inner.Schedule(item, preferLocal);
            }
        }

        public IBlockingScheduler CreateBlocking(string name) => inner.CreateBlocking(name);
    }
}
