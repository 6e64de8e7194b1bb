namespace Raft.Tests.Node;

/// <summary>Reads that wait for an index to be applied.</summary>
public sealed class DeferredReadsTests
{
    private readonly ReadLimit _limit = new(1_000);
    private readonly DeferredReads _reads;
    private readonly Queue<StateMachineQuery> _ready = new();

    public DeferredReadsTests() => _reads = new DeferredReads(_limit);

    [Fact]
    public void Release_TakesThoseWhoseIndexIsApplied_TheSmallestIndexFirstAndEachInItsOrder()
    {
        Waiting[] added = [Add(7), Add(5), Add(9), Add(5), Add(8)];

        _reads.Release(appliedIndex: 8, _ready);

        StateMachineQuery[] expected = [added[1], added[3], added[0], added[4]];
        Assert.Equal(expected, _ready.ToArray());
        Assert.Equal(1, _reads.Count);
        _reads.Release(appliedIndex: 8, _ready);
        Assert.Equal(4, _ready.Count);
    }

    [Fact]
    public void Release_NothingApplied_TakesNone()
    {
        Add(7);

        _reads.Release(appliedIndex: 6, _ready);

        Assert.Empty(_ready);
        Assert.Equal(1, _reads.Count);
    }

    [Fact]
    public void Add_ManyThatWereCancelled_LeavesTheLimitAndTheQueue()
    {
        Waiting[] cancelled = [.. Enumerable.Range(1, 63).Select(index => Add(index))];
        Waiting pending = Add(100);
        Array.ForEach(cancelled, static read => read.IsCancelled = true);
        Assert.Equal((64, 64), (_reads.Count, _limit.Count));

        Add(101);

        Assert.Equal((2, 2), (_reads.Count, _limit.Count));
        _reads.Release(appliedIndex: 100, _ready);
        Assert.Same(pending, Assert.Single(_ready));
    }

    [Fact]
    public void TakeAll_LeavesNone()
    {
        Waiting[] added = [Add(7), Add(5)];

        StateMachineQuery[] expected = [added[1], added[0]];
        Assert.Equal(expected, _reads.TakeAll().OrderBy(static read => read.Index).ToArray());
        Assert.Equal(0, _reads.Count);
    }

    private Waiting Add(long index)
    {
        Waiting read = new() { Index = index };
        Assert.True(_limit.TryEnter(ReadKind.Linearizable));
        _reads.Add(read);
        return read;
    }

    private sealed class Waiting : StateMachineQuery
    {
        public bool IsCancelled { get; set; }

        public override bool IsPending => !IsCancelled;

        public override void Run(IStateMachine machine, ResumeBatch resume) => throw new NotSupportedException();

        public override void Refuse(Exception reason) => throw new NotSupportedException();
    }
}
