namespace Raft.Testing.Tests.Linearizability;

/// <summary>Operations without an answer: each doubles what there is to try, unless it is known that it makes no difference.</summary>
public sealed class UnknownOutcomeTests
{
    private const int Many = 200;
    private readonly History<int, int> _history = new();

    [Fact]
    public void ThoseThatChangeNothing_AreNeverTried()
    {
        Abandon(Enumerable.Repeat(0, Many));
        Complete(1, 1);
        Complete(0, 2); // which nothing explains

        Expect(LinearizabilityVerdict.NotLinearizable, withinSteps: 10 * Many);
    }

    [Fact]
    public void ThatChangesTheState_IsTried()
    {
        Abandon([5]);
        Complete(1, 6);

        Expect(LinearizabilityVerdict.Linearizable, withinSteps: 20);
    }

    [Fact]
    public void SeveralThatCommute_MayAllHaveHappened()
    {
        Abandon([5, 7]);
        Complete(1, 13);

        Expect(LinearizabilityVerdict.Linearizable, withinSteps: 40);
    }

    /// <summary>Which of those that are equal took effect makes no difference: only how many.</summary>
    [Fact]
    public void EqualOnes_AreTriedByTheirNumber()
    {
        Abandon(Enumerable.Repeat(1, Many));
        Complete(0, Many - 1);
        Complete(0, Many + 1); // one more than there are

        Expect(LinearizabilityVerdict.NotLinearizable, withinSteps: 20 * Many * Many);
    }

    /// <summary>The order of those that commute makes no difference: only which of them took effect.</summary>
    [Fact]
    public void ThoseThatCommute_AreTriedInOneOrder()
    {
        Abandon(Enumerable.Range(0, 10).Select(static bit => 1 << bit));
        Complete(0, 2_000);

        Expect(LinearizabilityVerdict.NotLinearizable, withinSteps: 40 * 1_024); // and not 10 factorial
    }

    /// <summary>Values that are overwritten before anyone reads them make no difference.</summary>
    [Fact]
    public void WritesThatNobodyReads_AreNotTriedInCombinations()
    {
        History<int?, int> history = new();
        for (int value = 1; value <= Many; value++)
        {
            history.Abandon(history.Begin("gone", value));
        }

        history.Complete(history.Begin("writer", 500), 500);
        history.Complete(history.Begin("reader", null), 1_000);

        LinearizabilityResult result = LinearizabilityChecker.Check(
            Register.Model, history.Operations, new LinearizabilityOptions { MaximumSteps = 10 * Many * Many });
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, result.Verdict);
    }

    private void Abandon(IEnumerable<int> values)
    {
        foreach (int value in values)
        {
            _history.Abandon(_history.Begin("gone", value));
        }
    }

    private void Complete(int value, int answer) => _history.Complete(_history.Begin("adder", value), answer);

    private void Expect(LinearizabilityVerdict verdict, long withinSteps)
    {
        LinearizabilityResult result = LinearizabilityChecker.Check(
            new Adder(), _history.Operations, new LinearizabilityOptions { MaximumSteps = withinSteps });
        Assert.True(verdict == result.Verdict, result.Explanation);
    }
}
