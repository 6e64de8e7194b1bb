using System.Numerics;

namespace Raft.Consensus;

/// <summary>
/// Who decides: a majority of one set of voters or, while the configuration changes (joint consensus, section 6), a majority of
/// each of two sets. Any two quorums share a voter, which Raft's safety rests on (section 5.2).
/// </summary>
/// <param name="Voters">The voters; bit <c>i</c> is the voter at position <c>i</c> of the <see cref="ClusterConfiguration"/>.</param>
/// <param name="OutgoingVoters">The voters of the configuration that is being replaced; 0 unless two configurations are joint.</param>
internal readonly record struct Quorum(ulong Voters, ulong OutgoingVoters = 0)
{
    /// <summary>A majority of the voters at the first positions.</summary>
    /// <param name="voters">How many voters there are; from 1 to <see cref="ConsensusOptions.MaximumVoters"/>.</param>
    public static Quorum OfMajority(int voters) => new(ulong.MaxValue >> (64 - voters));

    /// <summary>How many voters must agree, in words, for messages to people.</summary>
    public string Needed => OutgoingVoters == 0
        ? $"{MajorityOf(Voters)}"
        : $"{MajorityOf(Voters)} of the new and {MajorityOf(OutgoingVoters)} of the old configuration";

    /// <summary>The outcome of a vote, given the votes so far.</summary>
    /// <param name="granted">Who has agreed; bits of nodes that are not voters do not count.</param>
    /// <param name="refused">Who has refused.</param>
    public VoteOutcome OutcomeOf(ulong granted, ulong refused)
    {
        VoteOutcome outcome = OutcomeIn(Voters, granted, refused);
        VoteOutcome outgoing = OutgoingVoters == 0 ? VoteOutcome.Won : OutcomeIn(OutgoingVoters, granted, refused);
        return outcome == VoteOutcome.Lost || outgoing == VoteOutcome.Lost ? VoteOutcome.Lost
            : outcome == VoteOutcome.Won ? outgoing
            : VoteOutcome.Pending;
    }

    /// <summary>
    /// The largest value that a quorum has reached: of match indices, the index that a quorum holds (section 5.3); of times, the
    /// time since which a quorum has been heard from.
    /// </summary>
    /// <param name="values">One value for each position.</param>
    public long LargestReached(ReadOnlySpan<long> values)
    {
        long reached = LargestReachedIn(Voters, values);
        return OutgoingVoters == 0 ? reached : Math.Min(reached, LargestReachedIn(OutgoingVoters, values));
    }

    private static int MajorityOf(ulong voters) => (BitOperations.PopCount(voters) / 2) + 1;

    private static VoteOutcome OutcomeIn(ulong voters, ulong granted, ulong refused)
    {
        int needed = MajorityOf(voters);
        return BitOperations.PopCount(voters & granted) >= needed ? VoteOutcome.Won
            : BitOperations.PopCount(voters & ~refused) < needed ? VoteOutcome.Lost
            : VoteOutcome.Pending;
    }

    private static long LargestReachedIn(ulong voters, ReadOnlySpan<long> values)
    {
        // Insertion sort, largest first: clusters have a handful of voters, and their values are nearly equal in steady state.
        Span<long> sorted = stackalloc long[BitOperations.PopCount(voters)];
        int count = 0;
        for (ulong rest = voters; rest != 0; rest &= rest - 1)
        {
            long value = values[BitOperations.TrailingZeroCount(rest)];
            int position = count++;
            for (; position > 0 && sorted[position - 1] < value; position--)
            {
                sorted[position] = sorted[position - 1];
            }

            sorted[position] = value;
        }

        return sorted[MajorityOf(voters) - 1];
    }
}
