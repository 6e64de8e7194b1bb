namespace Raft.Tests.Node.Digests;

/// <summary>Which digest is that of a majority, and when there can be none.</summary>
public class DigestRoundTests
{
    private static readonly ClusterConfiguration ThreeVoters = Configuration("n1", "n2", "n3");

    [Fact]
    public void Majority_OfThreeVoters_NeedsTwo()
    {
        DigestRound round = Round(("n1", 7));
        Assert.Null(round.FindMajority(ThreeVoters));

        round.Set("n3", 7);

        Assert.Equal(7UL, round.FindMajority(ThreeVoters));
    }

    [Fact]
    public void Learners_AreNotCounted_ButAreASideOfTheirOwn()
    {
        ClusterConfiguration configuration = new([new("n1"), new("n2"), new("n3")], learners: [new("n4"), new("n5")]);
        DigestRound round = Round(("n1", 7), ("n4", 8), ("n5", 8));
        Assert.Null(round.FindMajority(configuration));

        round.Set("n2", 7);

        Assert.Equal(7UL, round.FindMajority(configuration));
        Assert.Equal(["n1, n2", "n4, n5"], round.Sides(7).Select(static side => string.Join(", ", side.Nodes)));
    }

    [Fact]
    public void JointConfiguration_NeedsBothMajorities()
    {
        ClusterConfiguration joint = new([new("n1"), new("n2"), new("n3")], outgoingVoters: [new("n3"), new("n4"), new("n5")]);
        DigestRound round = Round(("n1", 7), ("n2", 7), ("n4", 8), ("n5", 8));

        Assert.Null(round.FindMajority(joint));
        Assert.True(round.IsUndecidable(joint));

        round.Set("n5", 7);
        round.Set("n3", 7);
        Assert.Equal(7UL, round.FindMajority(joint));
    }

    [Fact]
    public void TwoAgainstTwo_IsUndecidable()
    {
        ClusterConfiguration four = Configuration("n1", "n2", "n3", "n4");
        DigestRound round = Round(("n1", 7), ("n2", 7), ("n3", 8));
        Assert.False(round.IsUndecidable(four));

        round.Set("n4", 8);

        Assert.True(round.IsUndecidable(four));
        Assert.Null(round.FindMajority(four));
    }

    [Fact]
    public void ThirdVoter_ThatHasNotReported_MayStillDecide()
    {
        DigestRound round = Round(("n1", 7), ("n2", 8));

        Assert.True(round.Differs);
        Assert.False(round.IsUndecidable(ThreeVoters));
    }

    [Fact]
    public void Member_ThatReportsAgain_IsCountedByItsLastReport()
    {
        DigestRound round = Round(("n1", 7), ("n2", 8));

        round.Set("n2", 7);

        Assert.False(round.Differs);
        Assert.Equal(7UL, round.FindMajority(ThreeVoters));
    }

    [Fact]
    public void Member_JudgedWithoutAMajority_IsNotTakenForJudgedByOne()
    {
        DigestRound round = Round(("n1", 7), ("n2", 7), ("n3", 8));
        round.Judge(7);
        round.Set("n4", 9);

        round.Judge(majority: null);

        Assert.True(round.IsJudged("n3", 7));
        Assert.False(round.IsJudged("n4", 7));
        Assert.True(round.IsJudged("n4", majority: null));
    }

    [Fact]
    public void Rounds_AreBounded_AndTheOldestAreForgotten()
    {
        DigestRounds rounds = new();
        for (int i = 1; i <= 100; i++)
        {
            rounds.At(i * 10)!.Set("n2", 1);
        }

        Assert.Equal(64, rounds.All.Count);
        Assert.Null(rounds.At(10));
        Assert.NotNull(rounds.At(1_000));
        Assert.True(rounds.All.Zip(rounds.All.Skip(1)).All(static pair => pair.First.Index < pair.Second.Index));
    }

    [Fact]
    public void ReceivedFrom_EndsBeforeTheFirstRoundThatIsNotSettled()
    {
        DigestRounds rounds = new();
        foreach (long index in (long[])[4, 8, 12])
        {
            rounds.At(index)!.Set("n2", 1);
            rounds.At(index)!.IsSettled = index != 8;
        }

        Assert.Equal(4, rounds.ReceivedFrom("n2"));

        rounds.At(8)!.IsSettled = true;
        Assert.Equal(12, rounds.ReceivedFrom("n2"));
        Assert.Equal(0, rounds.ReceivedFrom("n3"));
    }

    private static DigestRound Round(params (string Node, ulong Digest)[] digests)
    {
        DigestRound round = new(12);
        foreach ((string node, ulong digest) in digests)
        {
            round.Set(node, digest);
        }

        return round;
    }

    private static ClusterConfiguration Configuration(params string[] voters) => new(voters.Select(static id => new RaftMember(id)));
}
