namespace Raft.Transport.Tcp.Tests;

/// <summary>How much is written together.</summary>
public sealed class WriteBudgetTests
{
    private static readonly TimeSpan Target = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void FastConnection_ReachesTheMaximum()
    {
        WriteBudget budget = new(Target);
        for (int i = 0; i < 10; i++)
        {
            budget.Record(budget.Bytes, TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(WriteBudget.Maximum, budget.Bytes);
    }

    [Fact]
    public void SlowConnection_GetsWhatItTakesInTheTarget()
    {
        WriteBudget budget = new(Target);
        long first = budget.Bytes;

        budget.Record(first, 2 * Target);

        Assert.Equal(first / 2, budget.Bytes);
    }

    [Fact]
    public void VerySlowConnection_GetsTheMinimum()
    {
        WriteBudget budget = new(Target);

        budget.Record(1_000_000, TimeSpan.FromMinutes(10));
        budget.Record(100, TimeSpan.FromMinutes(10));

        Assert.Equal(WriteBudget.Minimum, budget.Bytes);
    }

    [Fact]
    public void SmallWrites_SayNothing()
    {
        WriteBudget budget = new(Target);
        long first = budget.Bytes;

        budget.Record(10, TimeSpan.Zero);

        Assert.Equal(first, budget.Bytes);
    }
}
