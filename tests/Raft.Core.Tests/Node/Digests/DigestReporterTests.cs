namespace Raft.Tests.Node.Digests;

/// <summary>What a node reports of itself, and what it takes from the leader's answers.</summary>
public class DigestReporterTests
{
    private readonly DigestHistory _history = new();
    private readonly List<long> _differing = [];
    private readonly List<long> _ended = [];
    private readonly DigestReporter _reporter;

    public DigestReporterTests()
    {
        _reporter = new DigestReporter(_history, TimeSpan.FromSeconds(1))
        {
            Differs = divergence => _differing.Add(divergence.DifferingIndex),
            Ends = divergence => _ended.Add(divergence.DifferingIndex),
        };
        _reporter.Follow("n1", known: null);
        _history.Add(new IndexedDigest(4, 7));
        _history.Add(new IndexedDigest(8, 7));
    }

    [Fact]
    public void Agreement_AtAnIndexThatWasNotReported_IsNotTaken()
    {
        _reporter.TakeDue(TimeSpan.Zero);

        _reporter.OnReply(Reply(12));
        Assert.Equal(0, _reporter.AgreedIndex);

        _reporter.OnReply(Reply(8));
        Assert.Equal(8, _reporter.AgreedIndex);
    }

    [Fact]
    public void Difference_ThatLasts_KeepsItsFirstIndex()
    {
        _reporter.TakeDue(TimeSpan.Zero);

        _reporter.OnReply(Reply(0, DifferenceAt(4)));
        _reporter.OnReply(Reply(0, DifferenceAt(8)));
        Assert.Equal([4], _differing);
        Assert.Equal(4, _reporter.Divergence?.DifferingIndex);

        _reporter.OnReply(Reply(8));
        Assert.Equal([4], _ended);
        Assert.Null(_reporter.Divergence);
    }

    [Fact]
    public void Difference_WithoutAMajority_DoesNotReplaceTheOneThatMakesThisNodeWrong()
    {
        _reporter.TakeDue(TimeSpan.Zero);
        _reporter.OnReply(Reply(0, DifferenceAt(8)));

        _reporter.OnReply(Reply(0, DifferenceAt(4) with { HasMajority = false }));

        Assert.Equal([8], _differing);
        Assert.True(_reporter.Divergence?.IsInMinority("n3"));
    }

    [Fact]
    public void Difference_WithoutAMajority_ReplacesOneThatIsOver()
    {
        _reporter.TakeDue(TimeSpan.Zero);
        _reporter.OnReply(Reply(0, DifferenceAt(4)));

        _reporter.OnReply(Reply(4, DifferenceAt(8) with { HasMajority = false })); // the answer that it was over is lost

        Assert.Equal([4, 8], _differing);
        Assert.Equal([4], _ended);
        Assert.False(_reporter.Divergence?.HasMajority);
    }

    [Fact]
    public void Difference_OfAnIndexWithoutADigest_IsNotTaken()
    {
        _reporter.OnReply(Reply(0, DifferenceAt(2)));

        Assert.Empty(_differing);
    }

    private static StateDigestReplyMessage Reply(long agreed, StateDivergence? divergence = null) => new()
    {
        From = "n1",
        To = "n3",
        Term = 1,
        Origin = new MessageOrigin("raft", Identity: null),
        AgreedIndex = agreed,
        Divergence = divergence,
    };

    private static StateDivergence DifferenceAt(long index) =>
        new() { DifferingIndex = index, HasMajority = true, Sides = [new(9, ["n1", "n2"]), new(7, ["n3"])] };
}
