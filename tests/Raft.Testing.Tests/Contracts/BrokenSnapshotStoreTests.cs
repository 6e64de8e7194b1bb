namespace Raft.Testing.Tests.Contracts;

/// <summary>Each clause is worth what it catches: for each there is a snapshot store that is wrong in just that way.</summary>
public sealed class BrokenSnapshotStoreTests
{
    public static TheoryData<string> Clauses => [.. ContractOf(SnapshotDefect.None).Clauses];

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task Clause_StoreWithoutDefect_Holds(string clause) => ContractOf(SnapshotDefect.None).RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public async Task Clause_StoreThatBreaksIt_SaysSo(string clause)
    {
        SnapshotStoreContract contract = ContractOf(Enum.Parse<SnapshotDefect>(clause));

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(() => contract.RunAsync(clause));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Equal(clause, broken.Clause);
        Assert.Contains($"SnapshotStoreContract.{clause} is broken: ", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clauses_AreExactlyTheDefects() =>
        Assert.Equal(
            Enum.GetNames<SnapshotDefect>().Skip(1).Order(StringComparer.Ordinal),
            ContractOf(SnapshotDefect.None).Clauses.Order(StringComparer.Ordinal));

    private static SnapshotStoreContract ContractOf(SnapshotDefect defect) => new(() => new Shelf(defect));
}
