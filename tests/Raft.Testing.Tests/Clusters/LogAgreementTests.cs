namespace Raft.Testing.Tests.Clusters;

public sealed class LogAgreementTests
{
    private readonly LogAgreement _agreement = new();

    private static SimulatedProposal Acknowledged(string text, long position)
    {
        Committed committed = new(Index: position + 1, Term: 1, BitConverter.GetBytes(position));
        return new SimulatedProposal(text, "n1", _ => ValueTask.FromResult(committed));
    }

    private static SimulatedProposal Refused(string text) =>
        new(text, "n1", _ => ValueTask.FromException<Committed>(new NodeStoppedException("stopped")));

    [Fact]
    public void Compare_OfLogsThatAgree_FindsNothing()
    {
        Assert.Null(_agreement.Compare("n1", ["a", "b"], compared: 0));
        Assert.Null(_agreement.Compare("n2", ["a"], compared: 0));
        Assert.Null(_agreement.Compare("n2", ["a", "b", "c"], compared: 1));

        Assert.Equal(["a", "b", "c"], _agreement.Agreed);
    }

    [Fact]
    public void Compare_OfLogsThatDiffer_SaysWhere()
    {
        _agreement.Compare("n1", ["a", "b"], compared: 0);

        Assert.Contains("n2 applied 'x' as number 2, where another node applied 'b'", _agreement.Compare("n2", ["a", "x"], compared: 0), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b", 2, true)]
    [InlineData("b", 1, false)]
    [InlineData("b", 0, false)]
    [InlineData("c", 3, false)]
    public void CheckAcknowledged_OfAPosition_HoldsOnlyWhereTheTextStands(string text, long position, bool holds)
    {
        _agreement.Compare("n1", ["a", "b"], compared: 0);

        Assert.Equal(holds, _agreement.CheckAcknowledged(Acknowledged(text, position)) is null);
    }

    [Fact]
    public void CheckRefused_OfWhatWasApplied_FindsIt()
    {
        _agreement.Compare("n1", ["a"], compared: 0);

        Assert.Equal(ProposalFate.Refused, Refused("a").Fate);
        Assert.Contains("'a' was refused", _agreement.CheckRefused(Refused("a")), StringComparison.Ordinal);
        Assert.Null(_agreement.CheckRefused(Refused("b")));
    }
}
