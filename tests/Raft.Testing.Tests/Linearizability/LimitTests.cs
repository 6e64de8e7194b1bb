namespace Raft.Testing.Tests.Linearizability;

/// <summary>A history that takes very long: many additions at once, whose answers say nothing, and a sum that none explains.</summary>
public sealed class LimitTests
{
    private readonly History<int, int> _history = new();

    public LimitTests()
    {
        int[] additions = [.. Enumerable.Range(0, 26).Select(bit => _history.Begin($"c{bit}", 1 << bit))];
        Array.ForEach(additions, addition => _history.Complete(addition, 0));
        _history.Complete(_history.Begin("reader", 0), -1);
    }

    [Fact]
    public void MaximumSteps_EndsTheSearch()
    {
        LinearizabilityPart<int, int> part = Check(new LinearizabilityOptions { MaximumSteps = 1_000 }, LinearizabilityLimit.Steps);

        Assert.Equal(1_000, part.Steps);
    }

    [Fact]
    public void MaximumMemory_EndsTheSearch()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        Check(new LinearizabilityOptions { MaximumMemory = 4 << 20 }, LinearizabilityLimit.Memory);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1 << 20, 16 << 20); // arrays that grow are allocated twice
    }

    [Fact]
    public void MaximumMemory_IncludesTheStates()
    {
        LinearizabilityOptions options = new() { MaximumMemory = 4 << 20 };

        LinearizabilityResult<int, int> result = LinearizabilityChecker.Check(new LargeStates(), _history.Operations, options);

        Assert.Equal(LinearizabilityLimit.Memory, result.Parts[0].Limit);
        Assert.InRange(result.Steps, 10, 1_000); // each state has 10 kB
    }

    [Fact]
    public void TimeLimit_EndsTheSearch() =>
        Check(new LinearizabilityOptions { TimeLimit = TimeSpan.FromMilliseconds(1) }, LinearizabilityLimit.Time);

    [Fact]
    public void Undecided_SaysWhatToDo_AndAccusesNoOperation()
    {
        LinearizabilityResult result = LinearizabilityChecker.Check(
            new SilentAdder(), _history.Operations, new LinearizabilityOptions { MaximumSteps = 1_000 });

        Assert.Contains("This does not mean that the history is wrong", result.Explanation, StringComparison.Ordinal);
        Assert.Contains("raise LinearizabilityOptions.MaximumSteps", result.Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("reader", result.Explanation, StringComparison.Ordinal);
        Assert.Throws<SimulationException>(result.ThrowUnlessLinearizable);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cancellation_EndsTheSearch(int parallelism)
    {
        using CancellationTokenSource source = new();
        LinearizabilityOptions options = new() { MaximumParallelism = parallelism, CancellationToken = source.Token };
        SilentAdder model = new() { OnApply = _ => source.Cancel() };

        Assert.ThrowsAny<OperationCanceledException>(
            () => LinearizabilityChecker.Check(model, _history.Operations, static input => input % 2, options));
    }

    [Fact]
    public void ModelThatThrows_OnAThreadOfTheCheck_ThrowsFromTheCheck()
    {
        LinearizabilityOptions options = new() { MaximumParallelism = 2 };
        SilentAdder model = new() { OnApply = static _ => throw new FormatException("no such sum") };

        Assert.Throws<FormatException>(
            () => LinearizabilityChecker.Check(model, _history.Operations, static input => input, options));
    }

    [Fact]
    public void Limits_ThatAreNone_AreRefused()
    {
        Refuse(new LinearizabilityOptions { MaximumSteps = 0 });
        Refuse(new LinearizabilityOptions { MaximumMemory = 0 });
        Refuse(new LinearizabilityOptions { MaximumParallelism = 0 });
        Refuse(new LinearizabilityOptions { TimeLimit = TimeSpan.Zero });
    }

    private void Refuse(LinearizabilityOptions options) => Assert.Throws<ArgumentOutOfRangeException>(
        () => LinearizabilityChecker.Check(new SilentAdder(), _history.Operations, options));

    private LinearizabilityPart<int, int> Check(LinearizabilityOptions options, LinearizabilityLimit reached)
    {
        LinearizabilityResult<int, int> result = LinearizabilityChecker.Check(new SilentAdder(), _history.Operations, options);

        Assert.Equal(LinearizabilityVerdict.Undecided, result.Verdict);
        LinearizabilityPart<int, int> part = Assert.Single(result.Parts);
        Assert.Equal(reached, part.Limit);
        Assert.Null(part.Witness);
        return part;
    }

    /// <summary>Adds up. Only an addition of zero answers with the sum.</summary>
    private sealed class SilentAdder : SequentialModel<int, int, int>
    {
        public Action<int>? OnApply { get; init; }

        public override int InitialState => 0;

        public override int Apply(int state, int input, out int output)
        {
            OnApply?.Invoke(state);
            output = input == 0 ? state : 0;
            return state + input;
        }
    }

    private sealed class LargeStates : SequentialModel<string, int, int>
    {
        public override string InitialState => string.Empty;

        public override string Apply(string state, int input, out int output)
        {
            output = 0;
            return state.PadLeft(5_000, ' ') + (char)(' ' + (input % 1_000));
        }
    }
}
