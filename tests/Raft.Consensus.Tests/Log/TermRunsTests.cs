namespace Raft.Consensus.Tests.Log;

/// <summary>The terms of a log whose beginning is dropped (section 7).</summary>
public sealed class TermRunsTests
{
    // 10 to 14 have term 2, 15 to 19 term 4, from 20 on it is 5.
    private static TermRuns Terms()
    {
        TermRuns terms = new(previousIndex: 9, previousTerm: 1);
        for (long index = 10; index < 25; index++)
        {
            terms.Append(index, index < 15 ? 2 : index < 20 ? 4 : 5);
        }

        return terms;
    }

    [Theory]
    [InlineData(9, 1)]
    [InlineData(10, 2)]
    [InlineData(12, 2)]
    [InlineData(14, 2)]
    [InlineData(15, 4)]
    [InlineData(19, 4)]
    [InlineData(20, 5)]
    [InlineData(24, 5)]
    public void DropBefore_AnyIndex_KeepsTheTermsFromThereOn(long index, long term)
    {
        TermRuns terms = Terms();
        TermRuns all = Terms();

        terms.DropBefore(index);

        Assert.Equal(term, terms.TermAt(index));
        for (long kept = index; kept < 25; kept++)
        {
            Assert.Equal(all.TermAt(kept), terms.TermAt(kept));
        }

        Assert.Equal(5, terms.LastTerm);
        Assert.Equal((index, term), terms.LastIndexOfTermAtMost(24, 0));
    }

    [Fact]
    public void DropBefore_ThenTruncated_AcceptsALaterTerm()
    {
        TermRuns terms = Terms();
        terms.DropBefore(16);

        terms.TruncateFrom(17);
        terms.Append(17, 4);
        terms.Append(18, 7);

        Assert.Equal([4, 4, 7], new long[] { 16, 17, 18 }.Select(terms.TermAt));
        Assert.Throws<ConsensusInvariantException>(() => terms.Append(19, 6));
    }

    [Fact]
    public void DropBefore_StepByStep_IsTheSameAsAtOnce()
    {
        TermRuns terms = Terms();
        for (long index = 10; index < 22; index++)
        {
            terms.DropBefore(index);
            terms.DropBefore(index);
        }

        Assert.Equal((21, 5), terms.LastIndexOfTermAtMost(21, 4));
        Assert.Equal((24, 5), terms.LastIndexOfTermAtMost(24, 5));
    }
}
