namespace Raft.Testing.Tests.Contracts;

/// <summary>Each clause is worth what it catches: for each there is a store that is wrong in just that way.</summary>
public sealed class BrokenLogStoreTests
{
    public static TheoryData<string> Clauses => [.. ContractOf(JournalDefect.None).Clauses];

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task Clause_StoreWithoutDefect_Holds(string clause) => ContractOf(JournalDefect.None).RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public async Task Clause_StoreThatBreaksIt_SaysSo(string clause)
    {
        LogStoreContract contract = ContractOf(Enum.Parse<JournalDefect>(clause));

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(() => contract.RunAsync(clause));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Equal(clause, broken.Clause);
        Assert.Contains($"LogStoreContract.{clause} is broken: ", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAllAsync_GoodStore_NamesWhatItHasChecked() =>
        Assert.Equal(ContractOf(JournalDefect.None).Clauses, await ContractOf(JournalDefect.None).RunAllAsync());

    [Fact]
    public void Clauses_AreExactlyTheDefects() =>
        Assert.Equal(
            Enum.GetNames<JournalDefect>().Skip(1).Order(StringComparer.Ordinal),
            ContractOf(JournalDefect.None).Clauses.Order(StringComparer.Ordinal));

    private static LogStoreContract ContractOf(JournalDefect defect) => new(() => new JournalDisk(defect));
}
