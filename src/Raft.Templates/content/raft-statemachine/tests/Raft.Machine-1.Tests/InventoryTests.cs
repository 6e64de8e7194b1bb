using Raft;
using Raft.Testing;

namespace Raft.Machine_1.Tests;

/// <summary>The state machine is one that a cluster can trust.</summary>
public sealed class InventoryTests
{
    private static readonly StateMachineContract<InventoryMachine> Contract = StateMachineContract.For<InventoryMachine, Change, ItemCount>(
        static () => new InventoryMachine(), NextCommand, static inventory => inventory.Digest);

    public static TheoryData<string> Clauses => [.. Contract.Clauses];

    /// <summary>Each clause is one thing that all nodes must agree on. See docs/testing.md of Raft.Core.</summary>
    [Theory]
    [MemberData(nameof(Clauses))]
    public Task Inventory_KeepsTheContract(string clause) => Contract.RunAsync(clause);

    /// <summary>
    /// A whole cluster, under crashes, cut links and hung disks: its clients see what a single inventory would show them. A failure names
    /// the seed, which repeats it.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Inventory_UnderRandomFaults_AnswersAsASingleOneWould(ulong seed) =>
        Simulation.Run<Change, ItemCount>(seed, static () => new InventoryMachine(), NextCommand).ThrowUnlessLinearizable();

    /// <summary>Every kind of command, also ones that are rejected, and keys that trap comparers.</summary>
    private static Change NextCommand(SeededRandom random) => new(random.NextKey(), random.Next(20) - 8);
}
