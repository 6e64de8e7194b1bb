namespace Raft.Testing.Tests.Contracts;

/// <summary>The machine of the library keeps the contract, and for each clause there is one that breaks it.</summary>
public sealed class StateMachineContractTests
{
    private static readonly StateMachineContract<StringLog> OfStringLog = StateMachineContract.For<StringLog, string, long>(
        static () => new StringLog(), static random => $"text {random.Next(10)}", static log => string.Join('|', log.Entries));

    public static TheoryData<string> Clauses => [.. ContractOf(CounterDefect.None).Clauses];

    public static TheoryData<string> StringLogClauses => [.. OfStringLog.Clauses];

    [Theory]
    [MemberData(nameof(StringLogClauses))]
    public Task StringLog_KeepsTheContract(string clause) => OfStringLog.RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task Clause_MachineWithoutDefect_Holds(string clause) => ContractOf(CounterDefect.None).RunAsync(clause);

    [Theory]
    [MemberData(nameof(Clauses))]
    public async Task Clause_MachineThatBreaksIt_SaysSo(string clause)
    {
        StateMachineContract<Counter> contract = ContractOf(Enum.Parse<CounterDefect>(clause));

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(() => contract.RunAsync(clause));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Equal(clause, broken.Clause);
    }

    [Fact]
    public void Clauses_AreExactlyTheDefects() =>
        Assert.Equal(
            Enum.GetNames<CounterDefect>().Skip(1).Order(StringComparer.Ordinal),
            ContractOf(CounterDefect.None).Clauses.Order(StringComparer.Ordinal));

    [Fact]
    public void RunAsync_UnknownClause_NamesTheOnesThatAre() =>
        Assert.Contains(
            nameof(StateMachineContract<>.EveryCommandIsAnswered),
            Assert.Throws<ArgumentException>(() => { _ = OfStringLog.RunAsync("Nonsense"); }).Message,
            StringComparison.Ordinal);

    private static StateMachineContract<Counter> ContractOf(CounterDefect defect) => new(
        () => new Counter(defect),
        static random => new[] { (byte)random.Next(100) },
        static counter => counter.Digest,
        static counter => counter.Reopen())
    {
        // All defects are in the code of each counter, whether it has them or not.
        AllowedCalls = defect == CounterDefect.CodeCallsNothingThatDiffers
            ? []
            : ["DateTime.UtcNow", "Environment.ProcessId", "CultureInfo.CurrentCulture"],
    };
}
