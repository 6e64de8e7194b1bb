namespace Raft.Testing.Tests.Linearizability;

/// <summary>What a check has found, as data: for each key the verdict, the longest order, and what has no place in it.</summary>
public sealed class LinearizabilityResultTests
{
    private readonly History<KeyedInput, int> _history = new();

    [Fact]
    public void LinearizableHistory_HasAWitness_WithTheUnknownOperationsThatMustHaveHappened()
    {
        Operation<KeyedInput, int> first = Complete(new KeyedInput(1, 10), answer: 0);
        Abandon(new KeyedInput(1, 20));
        Operation<KeyedInput, int> seen = Abandon(new KeyedInput(1, 30));
        Operation<KeyedInput, int> last = Complete(new KeyedInput(1, null), answer: 30);

        LinearizabilityResult<KeyedInput, int> result = LinearizabilityChecker.Check(KeyedRegister.Model, _history.Operations);

        LinearizabilityPart<KeyedInput, int> part = Assert.Single(result.Parts);
        Assert.Equal([first, seen, last], part.Witness);
        Assert.Empty(part.NotPlaced);
        Assert.Null(part.Key);
        Assert.Null(part.Limit);
        Assert.Equal(4, part.OperationCount);
    }

    [Fact]
    public void HistoryThatIsNotLinearizable_HasTheLongestOrder_AndWhatHasNoPlace()
    {
        Operation<KeyedInput, int> first = Complete(new KeyedInput(1, 10), answer: 0);
        Operation<KeyedInput, int> wrong = Complete(new KeyedInput(1, null), answer: 0);
        Operation<KeyedInput, int> later = Complete(new KeyedInput(1, null), answer: 10);

        LinearizabilityResult<KeyedInput, int> result = LinearizabilityChecker.Check(KeyedRegister.Model, _history.Operations);

        LinearizabilityPart<KeyedInput, int> part = Assert.Single(result.Parts);
        Assert.Equal([first], part.LongestOrder);
        Assert.Equal([wrong, later], part.NotPlaced);
        Assert.Null(part.Witness);
    }

    /// <summary>The longest order ends differently from the one that the search abandoned before it.</summary>
    [Fact]
    public void LongestOrder_FoundAfterAnotherOne_IsAnOrderThatWasTried()
    {
        History<int?, int> history = new();
        int one = history.Begin("a", 10);
        int two = history.Begin("b", 20);
        history.Complete(one, 10);
        history.Complete(two, 20);
        history.Complete(history.Begin("reader", null), 10);
        history.Complete(history.Begin("reader", null), 99);
        IReadOnlyList<Operation<int?, int>> operations = history.Operations;

        LinearizabilityResult<int?, int> result = LinearizabilityChecker.Check(Register.Model, operations);

        Assert.Equal([operations[1], operations[0], operations[2]], result.Parts[0].LongestOrder);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void KeysCheckedApart_AreReportedInTheOrderOfTheHistory_TheFirstContradictionInFull(int parallelism)
    {
        Complete(new KeyedInput(3, 10), answer: 0);
        Complete(new KeyedInput(2, null), answer: 7);
        Complete(new KeyedInput(1, null), answer: 0);
        Complete(new KeyedInput(0, null), answer: 8);

        LinearizabilityResult<KeyedInput, int> result = LinearizabilityChecker.Check(
            KeyedRegister.Model,
            _history.Operations,
            static input => input.Key,
            new LinearizabilityOptions { MaximumParallelism = parallelism });

        Assert.Equal([3, 2, 1, 0], result.Parts.Select(static part => part.Key));
        Assert.Equal([2, 0], result.Parts.Where(static part => part.Witness is null).Select(static part => part.Key));
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, result.Verdict);
        Assert.StartsWith("For key '2': The history is not linearizable", result.Explanation, StringComparison.Ordinal);
        Assert.EndsWith("Not linearizable either: 0", result.Explanation, StringComparison.Ordinal);
    }

    private Operation<KeyedInput, int> Complete(KeyedInput input, int answer)
    {
        _history.Complete(_history.Begin("client", input), answer);
        return _history.Operations[^1];
    }

    private Operation<KeyedInput, int> Abandon(KeyedInput input)
    {
        _history.Abandon(_history.Begin("gone", input));
        return _history.Operations[^1];
    }
}
