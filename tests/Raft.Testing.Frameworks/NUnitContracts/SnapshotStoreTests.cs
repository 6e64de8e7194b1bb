using NUnit.Framework;

namespace Raft.Testing.Frameworks;

/// <summary>Each clause of the contract as a test case of NUnit.</summary>
public sealed class SnapshotStoreTests
{
    private static readonly SnapshotStoreContract Contract = new(static () => new MemoryShelf());

    private static IEnumerable<string> Clauses => Contract.Clauses;

    [TestCaseSource(nameof(Clauses))]
    public Task Store_KeepsTheContract(string clause) => Contract.RunAsync(clause);
}
