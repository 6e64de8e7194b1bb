using Xunit;

namespace Raft.Testing.Frameworks;

/// <summary>Each clause of the contract as a test case of xunit.</summary>
public sealed class SnapshotStoreTests
{
    private static readonly SnapshotStoreContract Contract = new(static () => new MemoryShelf());

    public static TheoryData<string> Clauses => [.. Contract.Clauses];

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task Store_KeepsTheContract(string clause) => Contract.RunAsync(clause);
}
