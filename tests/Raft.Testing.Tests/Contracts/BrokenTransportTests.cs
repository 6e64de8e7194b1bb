namespace Raft.Testing.Tests.Contracts;

/// <summary>Each clause is worth what it catches: for each there is a transport that is wrong in just that way.</summary>
public sealed class BrokenTransportTests
{
    public static TheoryData<string> Clauses => [.. ContractOf(TransportDefect.None).Clauses];

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task Clause_TransportWithoutDefect_Holds(string clause) => ContractOf(TransportDefect.None).RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public async Task Clause_TransportThatBreaksIt_SaysSo(string clause)
    {
        TransportContract contract = ContractOf(Enum.Parse<TransportDefect>(clause));

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(() => contract.RunAsync(clause));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Equal(clause, broken.Clause);
    }

    [Fact]
    public void Clauses_AreExactlyTheDefects() =>
        Assert.Equal(
            Enum.GetNames<TransportDefect>().Skip(1).Order(StringComparer.Ordinal),
            ContractOf(TransportDefect.None).Clauses.Order(StringComparer.Ordinal));

    private static TransportContract ContractOf(TransportDefect defect) =>
        new(() => new BrokenNetwork(defect) { Limit = TimeSpan.FromSeconds(2) });
}
