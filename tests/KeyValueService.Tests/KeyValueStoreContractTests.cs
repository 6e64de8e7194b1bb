using Raft.Testing;

namespace KeyValueService.Tests;

/// <summary>The replicated state of the sample is one that a cluster can trust.</summary>
public sealed class KeyValueStoreContractTests
{
    private static readonly string[] Keys = ["a", "b", "c"];

    private static readonly StateMachineContract<KeyValueStore> Contract = StateMachineContract.For<KeyValueStore, KeyValueCommand, Answer>(
        static () => new KeyValueStore(), NextCommand, static store => string.Join(", ", Keys.Select(store.Find)));

    public static TheoryData<string> Clauses => [.. Contract.Clauses];

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task KeyValueStore_KeepsTheContract(string clause) => Contract.RunAsync(clause);

    private static KeyValueCommand NextCommand(SeededRandom random)
    {
        string key = Keys[random.Next(Keys.Length)];
        long? version = random.Chance(0.5) ? random.Next(5) : null;
        return random.Chance(0.6) ? new Put(key, $"value {random.Next(100)}", version) : new Delete(key, version);
    }
}
