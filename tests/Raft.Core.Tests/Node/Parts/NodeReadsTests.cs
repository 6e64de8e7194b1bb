using Raft.Consensus;

namespace Raft.Tests.Node;

/// <summary>What reads that wait for an index keep in memory. The test plays the worker and the module.</summary>
public sealed class NodeReadsTests : IDisposable
{
    private const int Limit = 65_536; // the default

    private readonly PartsLab _lab = new();
    private readonly CommitPipeline _commits;
    private readonly NodeReads _reads;

    public NodeReadsTests()
    {
        LogStoreReader reader = new(_lab.Context, CancellationToken.None);
        _commits = new CommitPipeline(
            _lab.Context, new PendingProposals(), new SnapshotPolicy(_lab.Settings), reader, _lab.Board, appliedBefore: 0);
        _reads = new NodeReads(_lab.Context, _commits);
    }

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void ManyCancelledReads_WithoutALeader_KeepNothing()
    {
        for (int i = 0; i < 100_000; i++)
        {
            Post(1)[0].IsCancelled = true;
        }

        Assert.InRange(_reads.UnansweredRequests, 1, 64);
        Assert.InRange(_reads.Waiting, 1, 64);
    }

    [Fact]
    public void CancelledReads_AfterAnOutageWithManyLiveOnes_AreFoundAsSoon()
    {
        for (int i = 0; i < 1_000; i++)
        {
            Post(1); // one more than twice those of the last search
        }

        Assert.Equal(1_000, _reads.Waiting);
        _reads.Grant([new ReadIndexGrant(Through: 1_000, Index: 0, RequestedAt: default)]);
        _lab.Resume();
        Assert.Equal(0, _reads.Waiting);

        for (int i = 0; i < 1_000; i++)
        {
            Post(1)[0].IsCancelled = true;
        }

        Assert.InRange(_reads.Waiting, 1, 64);
    }

    [Fact]
    public void ReadsThatRemain_KeepTheirOrderAndTheirNumber()
    {
        Read first = Post(1)[0];
        Read[] cancelled = Post(70);
        Array.ForEach(cancelled, static read => read.IsCancelled = true);
        Read last = Post(1)[0];
        Assert.Equal(2, _reads.Waiting);

        _reads.Grant([new ReadIndexGrant(Through: 2, Index: 0, RequestedAt: default)]);
        _lab.Resume();
        Assert.Equal((true, false), (first.HasRun, last.HasRun));

        _reads.Grant([new ReadIndexGrant(Through: 3, Index: 0, RequestedAt: default)]);
        _lab.Resume();
        Assert.True(last.HasRun);
        Assert.All(cancelled, static read => Assert.False(read.HasRun));
        Assert.Equal(0, _reads.Waiting);
    }

    /// <summary>Looking through all reads for each one that is refused would be slow.</summary>
    [Fact]
    public void Refusals_InARow_LookOnceInAWhile()
    {
        Read[] live = Post(Limit);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(PostOutcome.Full, _reads.Post(new Read()));
        }

        Assert.Equal(1, live[0].Looks);

        _lab.Advance(TimeSpan.FromMilliseconds(10));
        live[0].IsCancelled = true;
        Assert.Equal(PostOutcome.Posted, _reads.Post(new Read()));
    }

    [Fact]
    public void End_RefusesThoseThatWait()
    {
        Read asked = Post(1)[0];
        Read arrived = new();
        _reads.Post(arrived);

        _reads.End(new InvalidOperationException("over"));

        Assert.Equal((true, true, 0), (asked.IsRefused, arrived.IsRefused, _reads.Waiting));
        Assert.Equal(PostOutcome.Closed, _reads.Post(new Read()));
    }

    /// <summary>Reads arrive, and a pass of the worker asks for their index.</summary>
    private Read[] Post(int count)
    {
        Read[] reads = [.. Enumerable.Range(0, count).Select(static _ => new Read())];
        Assert.All(reads, read => Assert.Equal(PostOutcome.Posted, _reads.Post(read)));
        _reads.Ask();
        return reads;
    }

    private sealed class Read : StateMachineQuery
    {
        public bool IsCancelled { get; set; }

        public bool HasRun { get; private set; }

        public bool IsRefused { get; private set; }

        public int Looks { get; private set; }

        public override bool IsRead => true;

        public override bool IsPending
        {
            get
            {
                Looks++;
                return !IsCancelled;
            }
        }

        public override void Run(IStateMachine machine, ResumeBatch resume) => HasRun = true;

        public override void Refuse(Exception reason) => IsRefused = true;
    }
}
