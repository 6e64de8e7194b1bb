namespace Raft.Testing.Frameworks;

/// <summary>Each clause of the contract as a test case of MSTest.</summary>
[TestClass]
public sealed class SnapshotStoreTests
{
    private static readonly SnapshotStoreContract Contract = new(static () => new MemoryShelf());

    private static IEnumerable<object[]> Clauses => Contract.Clauses.Select(static clause => new object[] { clause });

    [TestMethod]
    [DynamicData(nameof(Clauses))]
    public Task Store_KeepsTheContract(string clause) => Contract.RunAsync(clause);
}
