namespace Raft.Testing.Tests.Contracts;

/// <summary>The snapshot stores of the library keep the contract.</summary>
public sealed class OwnSnapshotStoreTests
{
    private static readonly SnapshotStoreContract InMemory = new(static () => new MemoryShelf(new InMemorySnapshotStore()));
    private static readonly SnapshotStoreContract OfLogStore = new(static () => new MemoryShelf(new InMemoryLogStore()));
    private static readonly SnapshotStoreContract Simulated = new(static () => new SimulatedShelf());

    public static TheoryData<string> InMemoryClauses => [.. InMemory.Clauses];

    public static TheoryData<string> SimulatedClauses => [.. Simulated.Clauses];

    [Theory]
    [MemberData(nameof(InMemoryClauses))]
    public Task InMemorySnapshotStore_KeepsTheContract(string clause) => InMemory.RunAsync(clause);

    [Theory]
    [MemberData(nameof(InMemoryClauses))]
    public Task InMemoryLogStore_KeepsTheContract(string clause) => OfLogStore.RunAsync(clause);

    [Theory]
    [MemberData(nameof(SimulatedClauses))]
    public Task SimulatedSnapshotStore_KeepsTheContract(string clause) => Simulated.RunAsync(clause);

    /// <summary>Its content lasts as long as the object, so the object is the disk.</summary>
    private sealed class MemoryShelf(ISnapshotStore store) : SnapshotStoreSubject
    {
        public override ISnapshotStore CreateStore() => store;
    }

    private sealed class SimulatedShelf : SnapshotStoreSubject
    {
        private readonly SimulatedWorld _world = new(seed: 4);
        private SimulatedSnapshotStore _store;

        public SimulatedShelf() => _store = _world.CreateSnapshotStore();

        public override bool CanCrash => true;

        public override int LargestSnapshot => 1 << 20;

        public override ISnapshotStore CreateStore() => _store;

        public override void Crash(SeededRandom random) => _store = _store.Crash(random.Chance(0.5));

        public override Task WaitForAsync(Task call)
        {
            _world.RunUntil(() => call.IsCompleted);
            return call;
        }
    }
}
