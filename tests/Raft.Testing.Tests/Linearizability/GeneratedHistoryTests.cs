namespace Raft.Testing.Tests.Linearizability;

/// <summary>
/// Histories of many clients, made by performing each operation at a random moment between its start and its end: they are
/// linearizable. With one output changed to what no order explains, they are not.
/// </summary>
public sealed class GeneratedHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void ThousandOperationsOnEightKeysBySixteenClients_AreDecided(ulong seed)
    {
        Operation<KeyedInput, int>[] operations = Generate(seed, operations: 1_000, keys: 8, clients: 16, unknownRate: 0.05);

        LinearizabilityResult result = LinearizabilityChecker.Check(KeyedRegister.Model, operations, static input => input.Key);

        Assert.True(result.Verdict == LinearizabilityVerdict.Linearizable, result.Explanation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void OneReadThatSeesWhatNobodyWrote_IsFound(ulong seed)
    {
        Operation<KeyedInput, int>[] operations = Generate(seed, operations: 1_000, keys: 8, clients: 16, unknownRate: 0.05);
        int read = Array.FindLastIndex(
            operations, static operation => operation is { Outcome: OperationOutcome.Completed, Input.Value: null });
        operations[read] = operations[read] with { Output = -1 };

        LinearizabilityResult<KeyedInput, int> result =
            LinearizabilityChecker.Check(KeyedRegister.Model, operations, static input => input.Key);

        Assert.Equal(LinearizabilityVerdict.NotLinearizable, result.Verdict);
        Assert.Equal([operations[read]], result.Parts.Single(static part => part.Witness is null).Contradiction);
        Assert.Contains("These 1 of ", result.Explanation, StringComparison.Ordinal);
    }

    /// <summary>Small histories with random outputs: the search must agree with trying every order.</summary>
    [Fact]
    public void SmallRandomHistories_AreJudgedAsByTryingEveryOrder()
    {
        int linearizable = 0;
        for (ulong seed = 1; seed <= 2_000; seed++)
        {
            Operation<KeyedInput, int>[] operations = Generate(seed, operations: 6, keys: 1, clients: 3, unknownRate: 0.2);
            SeededRandom random = new(seed);
            for (int i = 0; i < operations.Length; i++)
            {
                if (operations[i].Input.Value is null && random.Chance(0.5))
                {
                    operations[i] = operations[i] with { Output = random.Next(4) };
                }
            }

            bool expected = EveryOrder.Explains(KeyedRegister.Model, operations);
            LinearizabilityResult result = LinearizabilityChecker.Check(KeyedRegister.Model, operations);

            Assert.True((result.Verdict == LinearizabilityVerdict.Linearizable) == expected, $"Seed {seed}: {result.Explanation}");
            linearizable += expected ? 1 : 0;
        }

        Assert.InRange(linearizable, 200, 1_800); // else the histories show nothing
    }

    /// <summary>What is allocated grows with the operations, and not with their square.</summary>
    [Theory]
    [InlineData(LinearizabilityVerdict.Linearizable)]
    [InlineData(LinearizabilityVerdict.NotLinearizable)]
    public void LongHistoryOfOneKey_IsDecidedWithLittleMemory(LinearizabilityVerdict verdict)
    {
        Operation<KeyedInput, int>[] operations = Generate(seed: 1, operations: 20_000, keys: 1, clients: 8, unknownRate: 0.0002);
        if (verdict == LinearizabilityVerdict.NotLinearizable)
        {
            int read = Array.FindLastIndex(operations, static operation => operation is { Outcome: OperationOutcome.Completed });
            operations[read] = operations[read] with { Output = -1 };
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        LinearizabilityResult result = LinearizabilityChecker.Check(KeyedRegister.Model, operations);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(verdict == result.Verdict, result.Explanation);
        Assert.InRange(allocated, 0, 50 << 20);
    }

    private static Operation<KeyedInput, int>[] Generate(ulong seed, int operations, int keys, int clients, double unknownRate)
    {
        SeededRandom random = new(seed);
        int[] registers = new int[keys];
        List<Operation<KeyedInput, int>> done = [];
        RunningOperation?[] running = new RunningOperation?[clients];
        long moment = 0;
        int begun = 0;
        while (begun < operations || running.Any(static each => each is not null))
        {
            int client = random.Next(clients);
            if (running[client] is not { } operation)
            {
                if (begun < operations)
                {
                    KeyedInput input = new(random.Next(keys), random.Chance(0.5) ? random.Next(1_000) : null);
                    running[client] = new RunningOperation(new Operation<KeyedInput, int>($"c{client}", input, moment++));
                    begun++;
                }
            }
            else if (!operation.IsPerformed)
            {
                operation.Perform(registers);
            }
            else
            {
                bool isUnknown = random.Chance(unknownRate);
                done.Add(operation.Begun with
                {
                    Outcome = isUnknown ? OperationOutcome.Unknown : OperationOutcome.Completed,
                    Output = isUnknown ? 0 : operation.Output,
                    EndedAt = moment++,
                });
                running[client] = null;
            }
        }

        return [.. done.OrderBy(static operation => operation.BeganAt)];
    }

    private sealed class RunningOperation(Operation<KeyedInput, int> begun)
    {
        public Operation<KeyedInput, int> Begun { get; } = begun;

        public bool IsPerformed { get; private set; }

        public int Output { get; private set; }

        public void Perform(int[] registers)
        {
            registers[Begun.Input.Key] = KeyedRegister.Model.Apply(registers[Begun.Input.Key], Begun.Input, out int output);
            Output = output;
            IsPerformed = true;
        }
    }
}
