namespace Raft.Tests.Node;

/// <summary>Logging providers are users' code: they run apart from the node, one message at a time, and may throw or block.</summary>
public sealed class JournalIsolationTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly Journal _journal = new();

    public JournalIsolationTests() => _lab.Loggers = _journal;

    public void Dispose() => _journal.Dispose();

    [Fact]
    public void ProviderThatThrows_HarmsNobody()
    {
        _journal.OnWrite = static _ => throw new InvalidOperationException("The log server is away.");
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());

        _lab.WaitForLeader(nodes).Commit("a");
        _lab.World.RunUntilIdle();
        _journal.OnWrite = null;
        nodes[0].Stop();

        Assert.All(nodes, static node => Assert.Null(node.Status.Failure));
        Assert.Equal([101], _journal.Ids.Where(static id => id == 101));
    }

    [Fact]
    public void ProviderThatBlocks_DelaysNoElection()
    {
        BusyScheduler scheduler = new(_lab.World.Scheduler);
        _lab.Scheduler = scheduler; // its journal items wait for ever, as behind a provider that blocks
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());

        _lab.WaitForLeader(nodes).Commit("a");

        Assert.Empty(_journal.All);
        Assert.Equal(3, scheduler.Held.Count); // one item for each node, whatever it has to tell
        scheduler.Held.ForEach(static item => item.Execute());
        Assert.Equal([100, 100, 100, 110, 111, 111, 114], _journal.Ids.Order());
    }

    [Fact]
    public void Messages_OfOneNode_ComeInOrder()
    {
        BusyScheduler scheduler = new(_lab.World.Scheduler);
        _lab.Scheduler = scheduler;
        LabNode node = _lab.Node(members: 3, configure: static options => options.PreVote = false);
        node.Run();
        _lab.World.RunUntil(() => node.Status.Term == 5);
        _lab.World.RunUntilIdle();

        Assert.Single(scheduler.Held).Execute();

        Assert.Equal(["1", "2", "3", "4", "5"], _journal.Of(114).Select(static record => Journal.Value(record, "Term")));
        Assert.Equal(100, _journal.Ids.First());
    }

    [Fact]
    public void Messages_WrittenWhileMoreComeIn_AreWrittenByTheSameItem()
    {
        BusyScheduler scheduler = new(_lab.World.Scheduler);
        _lab.Scheduler = scheduler;
        LabNode node = _lab.Node(members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        _journal.OnWrite = _ =>
        {
            _journal.OnWrite = null;
            node.AppendEntries(7, "n2", 0, 0, []);
            _lab.World.RunUntilIdle();
        };

        Assert.Single(scheduler.Held).Execute();

        Assert.Equal([100, 111], _journal.Ids);
        Assert.Single(scheduler.Held);
    }

    /// <summary>Holds back what writes logs, and runs the rest.</summary>
    private sealed class BusyScheduler(IScheduler inner) : IScheduler
    {
        public List<IThreadPoolWorkItem> Held { get; } = [];

        public void Schedule(IThreadPoolWorkItem item, bool preferLocal)
        {
            if (item is NodeLogger)
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
