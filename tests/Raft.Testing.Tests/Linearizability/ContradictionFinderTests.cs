namespace Raft.Testing.Tests.Linearizability;

/// <summary>What is shown of a history that is wrong is a contradiction by itself, and is looked for within limits.</summary>
public sealed class ContradictionFinderTests
{
    private readonly History<string, int> _history = new();

    /// <summary>Without the answer of the first operation, its effect may still be the one that goes with the answer.</summary>
    [Fact]
    public void Model_ThatAllowsSeveralAnswers_KeepsTheEffectsThatGoWithThem()
    {
        Complete("choose", 5);
        Complete("read", 5);
        Complete("choose", 6);
        Complete("read", 5);

        LinearizabilityResult<string, int> result = LinearizabilityChecker.Check(new Choice(), _history.Operations);

        TestContext.Current.TestOutputHelper?.WriteLine(result.Explanation);
        LinearizabilityPart<string, int> part = Assert.Single(result.Parts);
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, part.Verdict);
        Assert.Equal([5, 6, 5], part.Contradiction.Select(static operation => operation.Output)); // one of the two reads is right
        Assert.Equal("6", part.Shortest.Value!.Expected);
    }

    [Fact]
    public void Outcomes_AreSeveral_OnlyIfTheModelSaysSo()
    {
        Assert.False(new Choice().HasOneOutcome);
        Assert.True(new Adder().HasOneOutcome);
    }

    [Fact]
    public void Search_AfterItsTokenWasCancelled_ShowsTheHistoryWithoutAContradiction()
    {
        using CancellationTokenSource source = new();
        Complete("choose", 5);
        Complete("read", 7);
        LinearizabilityResult<string, int> result = LinearizabilityChecker.Check(
            new Choice(), _history.Operations, new LinearizabilityOptions { CancellationToken = source.Token });

        source.Cancel();

        Assert.Empty(result.Parts[0].Contradiction);
        Assert.Contains("The next ones that must find a place, and do not", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Search_WithoutTimeOrMemory_FindsNothing()
    {
        Complete("choose", 5);
        Complete("read", 7);

        Assert.NotNull(Find(new LinearizabilityOptions()));
        Assert.Null(Find(new LinearizabilityOptions(), TimeSpan.Zero));
        Assert.Null(Find(new LinearizabilityOptions { MaximumMemory = 1 }));
    }

    /// <summary>The least time in which something is found is not enough to shorten it.</summary>
    [Fact]
    public void Search_WhoseTimeEnds_KeepsWhatItHasFoundFirst()
    {
        CompleteContradictionAmongOthers();

        Contradiction<string, int>? first = Enumerable.Range(1, 10_000)
            .Select(ticks => Find(new LinearizabilityOptions(), TimeSpan.FromTicks(ticks), new TickingClock()))
            .FirstOrDefault(static found => found is not null);

        Assert.Equal(5, first!.Operations.Count); // half of the answers
        Assert.Single(Find(new LinearizabilityOptions(), Timeout.InfiniteTimeSpan)!.Operations);
    }

    [Fact]
    public void Search_WithoutATimeLimit_IsNotEndedByItsClock()
    {
        CompleteContradictionAmongOthers();
        TickingClock late = new(start: long.MaxValue - 1_000_000);

        Contradiction<string, int>? found = Find(new LinearizabilityOptions(), Timeout.InfiniteTimeSpan, late);

        Assert.Equal(7, Assert.Single(found!.Operations).Output);
    }

    [Fact]
    public void Search_WhoseTokenIsCancelledLater_KeepsWhatItHasFound()
    {
        CompleteContradictionAmongOthers();
        int looks = Enumerable.Range(1, 10_000).First(limit => FindUntil(limit) is not null);

        Assert.Equal(5, FindUntil(looks)!.Operations.Count);
        Assert.Single(FindUntil(int.MaxValue)!.Operations);
    }

    /// <summary>In the whole history nothing is used before it was opened.</summary>
    [Fact]
    public void Model_ThatThrowsInAPartOfTheHistory_LeavesTheVerdict()
    {
        Complete("open", 0);
        Complete("use", 1);
        Complete("use", 3);

        LinearizabilityResult<string, int> result = LinearizabilityChecker.Check(new Door(), _history.Operations);

        Assert.Equal(LinearizabilityVerdict.NotLinearizable, result.Verdict);
        Assert.Contains("The next ones that must find a place, and do not", result.Explanation, StringComparison.Ordinal);
    }

    private Contradiction<string, int>? Find(LinearizabilityOptions options, TimeSpan? timeLimit = null, TimeProvider? clock = null) =>
        ContradictionFinder<string, string, int>.Find(new Choice(), _history.Operations, options, timeLimit, clock);

    private Contradiction<string, int>? FindUntil(int tick)
    {
        using CancellationTokenSource source = new();
        TickingClock clock = new(last: tick, atLast: source.Cancel);
        return Find(new LinearizabilityOptions { CancellationToken = source.Token }, TimeSpan.FromDays(1), clock);
    }

    /// <summary>Ten answers, of which nothing explains the third.</summary>
    private void CompleteContradictionAmongOthers()
    {
        Complete("choose", 5);
        Complete("read", 5);
        Complete("read", 7);
        for (int i = 0; i < 7; i++)
        {
            Complete("read", 5);
        }
    }

    private void Complete(string input, int output) => _history.Complete(_history.Begin("a", input), output);

    /// <summary>The system may choose any number, which is read afterwards.</summary>
    private sealed class Choice : SequentialModel<string, string, int>
    {
        public override string InitialState => "0";

        public override string Apply(string state, string input, out int output)
        {
            output = input == "choose" ? 1 : int.Parse(state, System.Globalization.CultureInfo.InvariantCulture);
            return $"{output}";
        }

        public override bool Allows(string state, string input, int output, out string next)
        {
            next = input == "choose" ? $"{output}" : state;
            return next == $"{output}";
        }
    }

    /// <summary>Each look at it takes a tick.</summary>
    private sealed class TickingClock(long start = 0, int last = int.MaxValue, Action? atLast = null) : TimeProvider
    {
        private long _ticks = start;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            if (++_ticks == last)
            {
                atLast?.Invoke();
            }

            return _ticks;
        }
    }

    private sealed class Door : SequentialModel<int, string, int>
    {
        public override int InitialState => -1;

        public override int Apply(int state, string input, out int output) =>
            output = input == "open" ? 0 : state < 0 ? throw new InvalidOperationException("It is closed.") : state + 1;
    }
}
