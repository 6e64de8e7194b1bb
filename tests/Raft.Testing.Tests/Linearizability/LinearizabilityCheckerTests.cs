namespace Raft.Testing.Tests.Linearizability;

/// <summary>Histories whose verdict is plain: a register, with the operations drawn in the comments from left to right.</summary>
public sealed class LinearizabilityCheckerTests
{
    private readonly History<int?, int> _history = new();

    [Fact]
    public void EmptyHistory_IsLinearizable() => Expect(LinearizabilityVerdict.Linearizable);

    [Fact]
    public void ReadAfterWrite_SeesIt_IsLinearizable()
    {
        Write(1);
        Read(1);

        Expect(LinearizabilityVerdict.Linearizable);
    }

    [Fact]
    public void ReadAfterWrite_SeesTheValueBefore_IsNot()
    {
        Write(1);
        Read(0);

        Expect(LinearizabilityVerdict.NotLinearizable);
    }

    /// <summary>A read that runs concurrently with a write may see either value.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ReadDuringAWrite_SeesEither_IsLinearizable(int seen)
    {
        int write = _history.Begin("writer", 1);
        Read(seen);
        _history.Complete(write, 1);

        Expect(LinearizabilityVerdict.Linearizable);
    }

    /// <summary>The same operations may lead to two states, and both have to be tried.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TwoWritesAtOnce_TakeEffectInEitherOrder(int seen)
    {
        int one = _history.Begin("writer", 1);
        int two = _history.Begin("other", 2);
        _history.Complete(one, 1);
        _history.Complete(two, 2);
        Read(seen);

        Expect(LinearizabilityVerdict.Linearizable);
    }

    /// <summary>The new value, then the old one again: no single moment of the write explains both.</summary>
    [Fact]
    public void TwoReadsDuringAWrite_SeeNewThenOld_IsNot()
    {
        int write = _history.Begin("writer", 1);
        Read(1);
        Read(0);
        _history.Complete(write, 1);

        LinearizabilityResult result = Expect(LinearizabilityVerdict.NotLinearizable);
        Assert.Contains("no order of its operations explains what was seen", result.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    public void UnknownWrite_MayHaveHappenedAnyTimeLaterOrNever(int first, int second)
    {
        _history.Abandon(_history.Begin("writer", 1));
        Read(first);
        Read(second);

        Expect(LinearizabilityVerdict.Linearizable);
    }

    [Fact]
    public void UnknownWrite_HappensOnceOnly()
    {
        _history.Abandon(_history.Begin("writer", 1));
        Read(1);
        Write(2);
        Read(1);

        Expect(LinearizabilityVerdict.NotLinearizable);
    }

    [Fact]
    public void WriteThatNeverEnded_MayHaveHappened()
    {
        _history.Begin("writer", 1);
        Read(1);

        Expect(LinearizabilityVerdict.Linearizable);
    }

    [Fact]
    public void RefusedWrite_ThatIsSeen_IsNot()
    {
        _history.Refuse(_history.Begin("writer", 1));
        Read(1);

        Expect(LinearizabilityVerdict.NotLinearizable);
    }

    [Fact]
    public void UnknownWrite_CannotBeSeenBeforeItBegan()
    {
        Read(1);
        _history.Abandon(_history.Begin("writer", 1));

        Expect(LinearizabilityVerdict.NotLinearizable);
    }

    [Fact]
    public void LimitTooSmall_IsUndecided_NeverRight()
    {
        Write(1);
        Read(1);

        LinearizabilityResult result = LinearizabilityChecker.Check(
            Register.Model, _history.Operations, new LinearizabilityOptions { MaximumSteps = 1 });

        Assert.Equal(LinearizabilityVerdict.Undecided, result.Verdict);
        Assert.Contains("1 steps did not suffice", result.Explanation, StringComparison.Ordinal);
        Assert.Throws<SimulationException>(result.ThrowUnlessLinearizable);
    }

    [Fact]
    public void Operation_EndedTwice_IsRefused()
    {
        int write = _history.Begin("writer", 1);
        _history.Complete(write, 1);

        Assert.Throws<InvalidOperationException>(() => _history.Abandon(write));
    }

    private void Write(int value) => _history.Complete(_history.Begin("writer", value), value);

    private void Read(int seen) => _history.Complete(_history.Begin("reader", null), seen);

    private LinearizabilityResult Expect(LinearizabilityVerdict verdict)
    {
        LinearizabilityResult result = LinearizabilityChecker.Check(Register.Model, _history.Operations);
        Assert.True(verdict == result.Verdict, result.Explanation);
        return result;
    }
}
