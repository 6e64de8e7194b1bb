namespace Raft.Testing.Tests.Contracts;

/// <summary>The stores of the library keep the contract that they are the examples of.</summary>
public sealed class OwnLogStoreTests
{
    private static readonly LogStoreContract InMemory = new(static () => new MemoryDisk());
    private static readonly LogStoreContract Simulated = new(static () => new SimulatedDisk());

    public static TheoryData<string> InMemoryClauses => [.. InMemory.Clauses];

    public static TheoryData<string> SimulatedClauses => [.. Simulated.Clauses];

    [Theory]
    [MemberData(nameof(InMemoryClauses))]
    public Task InMemoryLogStore_KeepsTheContract(string clause) => InMemory.RunAsync(clause);

    [Theory]
    [MemberData(nameof(SimulatedClauses))]
    public Task SimulatedLogStore_KeepsTheContract(string clause) => Simulated.RunAsync(clause);

    [Fact]
    public void Clauses_OfASubjectThatCannotCrash_LeaveTheCrashesOut()
    {
        Assert.DoesNotContain(nameof(LogStoreContract.CompletedWritesSurviveACrash), InMemory.Clauses);
        Assert.Contains(nameof(LogStoreContract.CompletedWritesSurviveACrash), Simulated.Clauses);
    }

    /// <summary>Its content lasts as long as the object, so the object is the disk.</summary>
    private sealed class MemoryDisk : LogStoreSubject
    {
        private readonly InMemoryLogStore _store = new();

        public override ILogStore CreateStore() => _store;
    }

    private sealed class SimulatedDisk : LogStoreSubject
    {
        private readonly SimulatedWorld _world = new(seed: 3);
        private SimulatedLogStore _store;

        public SimulatedDisk() => _store = _world.CreateLogStore();

        public override bool CanCrash => true;

        public override bool CanFailWrites => true;

        public override ILogStore CreateStore() => _store;

        public override void Crash(SeededRandom random) => _store = _store.Crash(random.Next(_store.UnderWay + 1));

        public override void FailNextWrite() => _store.FailNext(new IOException("The disk is broken."));

        public override Task WaitForAsync(Task call)
        {
            _world.RunUntil(() => call.IsCompleted);
            return call;
        }
    }
}
