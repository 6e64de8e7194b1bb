using System.Globalization;
using Raft.Testing;

namespace Raft.Consensus.Tests.Quorums;

/// <summary>Sections 5.2 and 5.3: a majority of one set of voters decides; section 6: a majority of each of two sets.</summary>
public sealed class QuorumTests
{
    private const int MostVoters = 5;

    [Theory]
    [InlineData(1, 0b0, 0b0, "Pending")]
    [InlineData(1, 0b1, 0b0, "Won")]
    [InlineData(1, 0b0, 0b1, "Lost")]
    [InlineData(2, 0b01, 0b00, "Pending")]
    [InlineData(2, 0b11, 0b00, "Won")]
    [InlineData(2, 0b01, 0b10, "Lost")]
    [InlineData(3, 0b001, 0b010, "Pending")]
    [InlineData(3, 0b101, 0b010, "Won")]
    [InlineData(3, 0b001, 0b110, "Lost")]
    [InlineData(4, 0b0011, 0b0000, "Pending")]
    [InlineData(4, 0b0111, 0b0000, "Won")]
    [InlineData(4, 0b0011, 0b1100, "Lost")]
    [InlineData(5, 0b00011, 0b01100, "Pending")]
    [InlineData(5, 0b10011, 0b01100, "Won")]
    [InlineData(63, 0x7FFF_FFFFL, 0L, "Pending")]
    [InlineData(63, 0xFFFF_FFFFL, 0L, "Won")]
    public void OutcomeOf_OneSet_IsDecidedByItsMajority(int voters, long granted, long refused, string outcome)
    {
        Assert.Equal(outcome, Outcome(Configuration(ulong.MaxValue >> (64 - voters)), (ulong)granted, (ulong)refused).ToString());
    }

    [Theory]
    [InlineData(0b0011, 0b0000, "Pending")] // a majority of the new set only
    [InlineData(0b1100, 0b0000, "Pending")] // a majority of the outgoing set only
    [InlineData(0b0110, 0b0000, "Won")] // the two that are in both sets
    [InlineData(0b1011, 0b0000, "Won")]
    [InlineData(0b0111, 0b1000, "Won")]
    [InlineData(0b0100, 0b0011, "Lost")] // the new set can no longer agree
    [InlineData(0b0011, 0b1100, "Lost")] // the outgoing set can no longer agree, though the new one has
    [InlineData(0b1001, 0b0010, "Pending")]
    public void OutcomeOf_OverlappingSets_NeedsAMajorityOfEach(long granted, long refused, string outcome)
    {
        ClusterConfiguration joint = Configuration(voters: 0b0111, outgoing: 0b1110);

        Assert.Equal(outcome, Outcome(joint, (ulong)granted, (ulong)refused).ToString());
    }

    [Theory]
    [InlineData(0b01_1111, "Pending")] // 4 of 4 and 1 of 2
    [InlineData(0b11_0111, "Won")] // 3 of 4 and 2 of 2
    [InlineData(0b11_0011, "Pending")] // half of an even set
    public void OutcomeOf_DisjointEvenSets_NeedsMoreThanHalfOfEach(long granted, string outcome)
    {
        ClusterConfiguration joint = Configuration(voters: 0b00_1111, outgoing: 0b11_0000);

        Assert.Equal(outcome, Outcome(joint, (ulong)granted, refused: 0).ToString());
    }

    [Fact]
    public void OutcomeOf_VotesOfOthers_DoNotCount()
    {
        ClusterConfiguration three = Configuration(0b111);

        Assert.Equal(VoteOutcome.Pending, Outcome(three, granted: 0b11_0001, refused: 0));
        Assert.Equal(VoteOutcome.Pending, Outcome(three, granted: 0, refused: 0b11_0001));
    }

    [Theory]
    [InlineData(new long[] { 7 }, 7)]
    [InlineData(new long[] { 5, 3 }, 3)]
    [InlineData(new long[] { 1, 9, 4 }, 4)]
    [InlineData(new long[] { 9, 9, 2, 1 }, 2)]
    [InlineData(new long[] { 1, 2, 3, 4, 5 }, 3)]
    [InlineData(new long[] { 6, 5, 4, 3, 2, 1 }, 3)]
    [InlineData(new long[] { 0, 0, 0, 8, 8, 8, 8 }, 8)]
    public void LargestReached_OneSet_IsReachedByItsMajority(long[] values, long reached)
    {
        Assert.Equal(reached, Configuration(ulong.MaxValue >> (64 - values.Length)).LargestReached(ValueOf(values)));
    }

    [Theory]
    [InlineData(new long[] { 9, 9, 1, 1, 9 }, 1)] // the new set reached 9, the outgoing one did not
    [InlineData(new long[] { 1, 1, 9, 9, 1 }, 1)] // the opposite case
    [InlineData(new long[] { 4, 1, 6, 5, 1 }, 4)]
    [InlineData(new long[] { 1, 1, 7, 1, 1 }, 1)]
    public void LargestReached_TwoSets_IsReachedByAMajorityOfEach(long[] values, long reached)
    {
        ClusterConfiguration joint = Configuration(voters: 0b0_0111, outgoing: 0b0_1100);

        Assert.Equal(reached, joint.LargestReached(ValueOf(values)));
    }

    [Fact]
    public void Quorum_EveryPairOfSets_DecidesAsThePaperDefines()
    {
        for (ulong voters = 1; voters < 1 << MostVoters; voters++)
        {
            for (ulong outgoing = 0; outgoing < 1 << MostVoters; outgoing++)
            {
                CheckOutcomes(voters, outgoing);
            }
        }
    }

    [Fact]
    public void LargestReached_RandomValuesAndSets_IsTheLargestThatAQuorumReached()
    {
        Random random = new(1);
        long[] values = new long[MostVoters];
        for (int trial = 0; trial < 20_000; trial++)
        {
            ulong voters = (ulong)random.Next(1, 1 << MostVoters);
            ulong outgoing = (ulong)random.Next(1 << MostVoters);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = random.Next(6);
            }

            ReferenceQuorum<int> reference = Reference(voters, outgoing);
            long expected = values.Where(value => reference.IsReachedBy(PositionsOf(position => values[position] >= value))).Max();

            Assert.Equal(expected, Configuration(voters, outgoing).LargestReached(ValueOf(values)));
        }
    }

    [Fact]
    public void LargestReached_ManyTimes_DoesNotAllocate()
    {
        ClusterConfiguration joint = Configuration(voters: 0b0_0111, outgoing: 0b1_1100);
        long[] values = [5, 4, 3, 2, 1];
        Func<NodeId, long> valueOf = ValueOf(values);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1_000; i++)
        {
            values[0] = joint.LargestReached(valueOf);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(0b111, 0, "2")]
    [InlineData(0b1111, 0, "3")]
    [InlineData(0b111, 0b1_1110, "2 of the new and 3 of the old configuration")]
    public void Needed_Sets_AreDescribed(long voters, long outgoing, string needed)
    {
        Assert.Equal(needed, Configuration((ulong)voters, (ulong)outgoing).Needed);
    }

    [Fact]
    public void Quorum_MoreThan64Voters_IsTheirMajority()
    {
        ClusterConfiguration many = new(Enumerable.Range(1, 201).Select(number => new RaftMember($"n{number:000}")));

        Assert.Equal(VoteOutcome.Pending, many.OutcomeOf(voter => Number(voter) <= 100 ? true : null));
        Assert.Equal(VoteOutcome.Won, many.OutcomeOf(voter => Number(voter) <= 101 ? true : null));
        Assert.Equal(101, many.LargestReached(voter => Number(voter)));
    }

    private static void CheckOutcomes(ulong voters, ulong outgoing)
    {
        ClusterConfiguration configuration = Configuration(voters, outgoing);
        ReferenceQuorum<int> reference = Reference(voters, outgoing);
        for (ulong granted = 0; granted < 1 << MostVoters; granted++)
        {
            ulong refused = ~granted & 0b0_1101; // some of the others have not answered
            VoteOutcome expected = reference.IsReachedBy(Positions(granted)) ? VoteOutcome.Won
                : reference.IsReachedBy(Positions(~refused)) ? VoteOutcome.Pending
                : VoteOutcome.Lost;

            Assert.Equal(expected, Outcome(configuration, granted, refused));
        }
    }

    /// <summary>Node n1 is bit 0, n2 is bit 1, and so on.</summary>
    private static ClusterConfiguration Configuration(ulong voters, ulong outgoing = 0) => new(Members(voters), Members(outgoing));

    private static IEnumerable<RaftMember> Members(ulong bits) =>
        Enumerable.Range(0, 64).Where(position => (bits >> position & 1) != 0).Select(position => new RaftMember($"n{position + 1}"));

    private static VoteOutcome Outcome(ClusterConfiguration configuration, ulong granted, ulong refused) =>
        configuration.OutcomeOf(voter => Has(granted, voter) ? true : Has(refused, voter) ? false : null);

    private static Func<NodeId, long> ValueOf(long[] values) => voter => values[Number(voter) - 1];

    private static bool Has(ulong bits, NodeId voter) => (bits >> (Number(voter) - 1) & 1) != 0;

    private static int Number(NodeId voter) => int.Parse(voter.Value.AsSpan(1), CultureInfo.InvariantCulture);

    private static ReferenceQuorum<int> Reference(ulong voters, ulong outgoing) => new(Positions(voters), Positions(outgoing));

    private static int[] Positions(ulong bits) => PositionsOf(position => (bits >> position & 1) != 0);

    private static int[] PositionsOf(Predicate<int> isWanted) =>
        [.. Enumerable.Range(0, MostVoters).Where(position => isWanted(position))];
}
