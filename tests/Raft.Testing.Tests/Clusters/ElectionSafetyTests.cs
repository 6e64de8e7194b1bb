namespace Raft.Testing.Tests.Clusters;

public sealed class ElectionSafetyTests
{
    private readonly ElectionSafety _safety = new();

    [Fact]
    public void Observe_OneLeaderPerTerm_FindsNothingAndCountsTheTerms()
    {
        _safety.Observe(SampleMessages.Append("n1", "n2"));
        _safety.Observe(SampleMessages.Append("n1", "n3"));
        _safety.Observe(SampleMessages.Append("n2", "n3") with { Term = 2 });
        _safety.Observe(SampleMessages.Vote("n3", "n1"));

        Assert.Null(_safety.Violation);
        Assert.Equal(2, _safety.Elections);
    }

    [Fact]
    public void Observe_TwoLeadersInATerm_NamesThem()
    {
        _safety.Observe(SampleMessages.Append("n1", "n2"));
        _safety.Observe(SampleMessages.Append("n2", "n1"));

        Assert.Contains("term 1 has two leaders, n1 and n2", _safety.Violation, StringComparison.Ordinal);
    }
}
