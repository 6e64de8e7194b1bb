namespace Raft.Consensus;

/// <summary>Decisions of a simple majority of voters. Any two majorities share a voter, which is what Raft's safety rests on (section 5.2).</summary>
internal static class MajorityQuorum
{
    /// <summary>How many of <paramref name="voters"/> make a majority.</summary>
    public static int Size(int voters) => (voters / 2) + 1;

    /// <summary>
    /// The largest value that a majority of the voters has reached: of their match indices, the index that is replicated
    /// on a majority (section 5.3); of times, the moment since when a majority was heard from.
    /// </summary>
    /// <param name="values">One value per voter; left sorted in descending order.</param>
    public static long LargestReached(Span<long> values)
    {
        // Insertion sort: clusters have a handful of voters, and the values are nearly sorted in steady state.
        for (int i = 1; i < values.Length; i++)
        {
            long value = values[i];
            int j = i;
            for (; j > 0 && values[j - 1] < value; j--)
            {
                values[j] = values[j - 1];
            }

            values[j] = value;
        }

        return values[Size(values.Length) - 1];
    }
}
