[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace Raft.Testing.Frameworks;

/// <summary>Each clause of the contract as a test case of MSTest.</summary>
[TestClass]
public sealed class LogStoreTests
{
    private static readonly LogStoreContract Contract = new(static () => new MemoryDisk());

    private static IEnumerable<object[]> Clauses => Contract.Clauses.Select(static clause => new object[] { clause });

    [TestMethod]
    [DynamicData(nameof(Clauses))]
    public Task Store_KeepsTheContract(string clause) => Contract.RunAsync(clause);
}
