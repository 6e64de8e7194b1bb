namespace Raft.Testing.Tests.Clusters;

public sealed class LogAgreementTests
{
    private readonly List<string> _broken = [];
    private readonly LogAgreement _agreement;

    public LogAgreementTests() => _agreement = new LogAgreement(_broken.Add);

    /// <summary>A node applies the first strings of a log. The hash is a substitute that distinguishes different strings.</summary>
    private void Apply(NodeId node, params string[] texts)
    {
        for (int count = 1; count <= texts.Length; count++)
        {
            _agreement.Apply(node, count, Hash(texts[..count]), texts[count - 1]);
        }
    }

    private static ulong Hash(params string[] texts) => PrefixHash.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('|', texts)));

    private static SimulatedProposal Acknowledged(string text, long position)
    {
        Committed committed = new(Index: position + 1, Term: 1, BitConverter.GetBytes(position));
        return new SimulatedProposal(text, "n1", _ => ValueTask.FromResult(committed));
    }

    private static SimulatedProposal Refused(string text) =>
        new(text, "n1", _ => ValueTask.FromException<Committed>(new NodeStoppedException("stopped")));

    [Fact]
    public void CheckTerm_StringOfAnotherTermThanItsWork_IsFound()
    {
        _agreement.Fence("a", term: 2);

        _agreement.CheckTerm("n1", "a", term: 2);
        _agreement.CheckTerm("n1", "b", term: 3);
        Assert.Empty(_broken);

        _agreement.CheckTerm("n1", "a", term: 3);
        Assert.Equal(
            "Work stays in its term is broken: 'a' was proposed by the work of term 2, and n1 applies it as an entry of term 3.",
            Assert.Single(_broken));
    }

    [Fact]
    public void Apply_OfLogsThatAgree_FindsNothing()
    {
        Apply("n1", "a", "b");
        Apply("n2", "a", "b", "c");

        Assert.Empty(_broken);
        Assert.Equal(["a", "b", "c"], _agreement.Agreed);
        Assert.True(_agreement.IsAll(3, Hash("a", "b", "c")));
        Assert.False(_agreement.IsAll(2, Hash("a", "b")));
    }

    [Fact]
    public void Apply_OfLogsThatDiffer_SaysWhere()
    {
        Apply("n1", "a", "b");
        Apply("n2", "a", "x");

        Assert.Contains("n2 applied 'x' as number 2, where another node applied 'b'", Assert.Single(_broken), StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_AfterOtherStrings_IsFound()
    {
        Apply("n1", "a", "b");
        _agreement.Apply("n2", 2, Hash("x", "b"), "b");

        Assert.Contains("after other strings", Assert.Single(_broken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "a|b", "b", true)]
    [InlineData(2, "a|x", "b", false)] // other strings before
    [InlineData(2, "a|b", "x", false)] // another text
    [InlineData(1, "a|b", "b", false)] // another number
    [InlineData(3, "a|b|c", "c", false)] // more than anybody has applied
    public void Restore_OfAState_HoldsOnlyIfItWasApplied(int count, string texts, string last, bool holds)
    {
        Apply("n1", "a", "b");
        _agreement.Restore("n2", count, Hash(texts.Split('|')), [last]);

        Assert.Equal(holds, _broken.Count == 0);
    }

    [Theory]
    [InlineData("b", 2, true)]
    [InlineData("b", 1, false)]
    [InlineData("b", 0, false)]
    [InlineData("c", 3, false)]
    public void CheckAcknowledged_OfAPosition_HoldsOnlyWhereTheTextIs(string text, long position, bool holds)
    {
        Apply("n1", "a", "b");

        Assert.Equal(holds, _agreement.CheckAcknowledged(Acknowledged(text, position)) is null);
    }

    [Fact]
    public void CheckRefused_OfWhatWasApplied_FindsIt()
    {
        Apply("n1", "a");

        Assert.Equal(ProposalFate.Refused, Refused("a").Fate);
        Assert.Contains("'a' was refused", _agreement.CheckRefused(Refused("a")), StringComparison.Ordinal);
        Assert.Null(_agreement.CheckRefused(Refused("b")));
    }
}
