namespace Raft.Testing.Tests.Linearizability;

/// <summary>Small random histories, with operations that meet at one moment: the search must agree with trying every order.</summary>
public sealed class EveryOrderTests
{
    /// <summary>Each state depends on the ones before, so unknown operations matter in combinations.</summary>
    [Fact]
    public void SmallHistories_OfAMachineWithManyKindsOfOperations_AreJudgedAlike() =>
        Compare(histories: 3_000, operations: 6, keys: 1, unknownRate: 0.2, Check);

    [Fact]
    public void SmallHistories_WithMostOutcomesUnknown_AreJudgedAlike() =>
        Compare(histories: 3_000, operations: 7, keys: 1, unknownRate: 0.6, Check);

    [Fact]
    public void SmallHistories_OfSeveralKeysCheckedTogether_AreJudgedAlike() =>
        Compare(histories: 3_000, operations: 6, keys: 2, unknownRate: 0.3, Check);

    [Fact]
    public void SmallHistories_OfSeveralKeysCheckedApart_AreJudgedAlike() =>
        Compare(
            histories: 3_000, operations: 6, keys: 2, unknownRate: 0.3,
            static operations => LinearizabilityChecker.Check(
                SmallMachine.Model, operations, static input => input.Key, new LinearizabilityOptions { MaximumParallelism = 2 }));

    private static LinearizabilityResult<SmallInput, int> Check(Operation<SmallInput, int>[] operations)
    {
        LinearizabilityResult<SmallInput, int> result = LinearizabilityChecker.Check(SmallMachine.Model, operations);
        Assert.True(
            result.Parts[0].Witness is not { } witness || LinearizationWitness.Explains(SmallMachine.Model, operations, witness),
            "The witness does not explain the history.");
        return result;
    }

    private static void Compare(
        int histories,
        int operations,
        int keys,
        double unknownRate,
        Func<Operation<SmallInput, int>[], LinearizabilityResult<SmallInput, int>> check)
    {
        int linearizable = 0;
        for (ulong seed = 1; seed <= (ulong)histories; seed++)
        {
            Operation<SmallInput, int>[] history = Generate(new SeededRandom(seed), operations, keys, unknownRate);
            bool expected = EveryOrder.Explains(SmallMachine.Model, history);
            LinearizabilityResult<SmallInput, int> result = check(history);

            Assert.True(
                (result.Verdict == LinearizabilityVerdict.Linearizable) == expected,
                $"Seed {seed}, expected {expected}: {result.Explanation}\n{string.Join('\n', history.AsEnumerable())}");
            linearizable += expected ? 1 : 0;
        }

        Assert.InRange(linearizable, histories / 10, histories * 9 / 10); // else the histories show nothing
    }

    /// <summary>
    /// Each operation takes effect at a moment between its start and its end, if it does. Mostly one answer is replaced by another one.
    /// </summary>
    private static Operation<SmallInput, int>[] Generate(SeededRandom random, int count, int keys, double unknownRate)
    {
        (Operation<SmallInput, int> Operation, long Effect)[] begun = new (Operation<SmallInput, int>, long)[count];
        for (int i = 0; i < count; i++)
        {
            SmallInput input = new(random.Next(keys), (SmallKind)random.Next(4), random.Next(3));
            long begin = random.Next(8);
            long end = begin + random.Next(5);
            bool isUnknown = random.Chance(unknownRate);
            Operation<SmallInput, int> operation = new($"c{i}", input, begin)
            {
                Outcome = isUnknown ? OperationOutcome.Unknown : OperationOutcome.Completed,
                EndedAt = isUnknown ? null : end,
            };
            begun[i] = (operation, isUnknown && random.Chance(0.5) ? long.MaxValue : begin + random.Next((int)(end - begin) + 1));
        }

        Operation<SmallInput, int>[] operations =
            Perform([.. begun.OrderBy(static each => each.Effect).Select(static each => each.Operation)]);
        int changed = random.Next(operations.Length * 4 / 3);
        if (changed < operations.Length)
        {
            operations[changed] = operations[changed] with { Output = (operations[changed].Output + 1) % 3 };
        }

        return operations;
    }

    private static Operation<SmallInput, int>[] Perform(Operation<SmallInput, int>[] operations)
    {
        (int Zero, int One) state = SmallMachine.Model.InitialState;
        for (int i = 0; i < operations.Length; i++)
        {
            state = SmallMachine.Model.Apply(state, operations[i].Input, out int output);
            operations[i] = operations[i] with { Output = output };
        }

        return operations;
    }
}
