using Raft;
using Raft.Testing;

namespace TestedStateMachine;

/// <summary>
/// What to test about a state machine of your own: that it keeps its contract, that a cluster of it survives faults and answers as a
/// single one would, and what your scripts say. docs/testing.md explains each test.
/// </summary>
public sealed class BankTests
{
    private static readonly string[] Accounts = ["ann", "bob", "cid"];

    [Fact]
    public async Task Bank_KeepsTheContractOfStateMachines()
    {
        StateMachineContract<Bank> contract = StateMachineContract.For<Bank, BankCommand, Receipt>(
            create: () => new Bank(),
            nextCommand: NextCommand,
            digest: bank => string.Join(", ", Accounts.Select(bank.BalanceOf)));

        await contract.RunAllAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bank_UnderFaults_AnswersAsASingleOneWould(ulong seed) =>
        Simulation.Run(seed, () => new Bank(), NextCommand, new SimulationOptions { Duration = TimeSpan.FromSeconds(20) })
            .ThrowUnlessLinearizable();

    [Fact]
    public void Transfer_WhoseLeaderCrashes_IsBookedOnceOrNotAtAll()
    {
        SimulatedCluster<Bank> cluster = new(() => new Bank(), nodes: 3, seed: 7);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose(new Deposit("ann", 10));

        SimulatedProposal<Receipt> transfer = cluster.Submit(new Transfer("ann", "bob", 4), "n1");
        cluster.Crash("n1");
        Assert.Equal(ProposalFate.Unknown, transfer.Fate);

        cluster.Restart("n1");
        cluster.WaitForLeader();
        Assert.Contains(cluster.Read("n2", bank => bank.BalanceOf("bob")), new long[] { 0, 4 });
        Assert.Equal(10, cluster.Read("n3", bank => bank.Total));
    }

    [Fact]
    public void Balance_OnANodeThatIsCutOff_IsOld_UntilItIsBack()
    {
        SimulatedCluster<Bank> cluster = new(() => new Bank(), nodes: 3, seed: 7);
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose(new Deposit("ann", 10));
        cluster.Settle();

        cluster.Split(["n1", "n2"], ["n3"]);
        Assert.Equal(15, cluster.Propose(new Deposit("ann", 5)).Balance);
        Assert.Equal(10, cluster.Read("n3", bank => bank.BalanceOf("ann"), ReadConsistency.Local));

        cluster.Heal();
        Assert.Equal(15, cluster.Read("n3", bank => bank.BalanceOf("ann"), ReadConsistency.Linearizable));
    }

    [Fact]
    public void Transfer_OfTooMuch_IsRejected_WithTheBalance()
    {
        SimulatedCluster<Bank> cluster = new(() => new Bank(), nodes: 3, seed: 7);
        cluster.Start();
        cluster.Propose(new Deposit("ann", 10));

        CommandRejectedException rejected = Assert.Throws<CommandRejectedException>(() => cluster.Propose(new Transfer("ann", "bob", 11)));

        Assert.Equal("ann has only 10.", rejected.Message);
    }

    private static BankCommand NextCommand(SeededRandom random)
    {
        string account = Accounts[random.Next(Accounts.Length)];
        return random.Next(2) == 0
            ? new Deposit(account, random.Next(10))
            : new Transfer(account, Accounts[random.Next(Accounts.Length)], random.Next(10));
    }
}
