namespace Raft.Testing;

/// <summary>
/// The answers that clients got, and whether they were true: an acknowledged command is in the log once, and after everything that was
/// acknowledged before it was proposed.
/// </summary>
internal sealed class ClientRecord
{
    private readonly SimulatedClock _clock;
    private readonly List<(TimeSpan At, long Index)> _seen = []; // both grow

    public ClientRecord(SimulatedClock clock) => _clock = clock;

    /// <summary>The highest index that was acknowledged or shown to any client so far.</summary>
    public long LastSeen => _seen.Count == 0 ? 0 : _seen[^1].Index;

    /// <summary>What <see cref="LastSeen"/> was at a time.</summary>
    public long SeenAt(TimeSpan time)
    {
        int low = 0;
        for (int high = _seen.Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = _seen[middle].At <= time ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? 0 : _seen[low - 1].Index;
    }

    /// <summary>A client has received the index of its command, or seen a state that includes an index.</summary>
    public void See(long index)
    {
        if (index > LastSeen)
        {
            _seen.Add((_clock.Now, index));
        }
    }

    /// <summary>A client received the index of its command.</summary>
    /// <param name="proposal">The command.</param>
    /// <param name="acknowledgedBefore">What <see cref="LastSeen"/> was when it was proposed.</param>
    /// <returns>What is wrong with that; null if nothing is.</returns>
    public static string? Acknowledge(SimulatedProposal proposal, long acknowledgedBefore)
    {
        long index = proposal.Result.Index;
        return index > acknowledgedBefore
            ? null
            : $"Real-time order is broken: '{proposal.Text}' took effect at index {index}, though it was proposed after index "
                + $"{acknowledgedBefore} had been acknowledged or read.";
    }

    /// <summary>Looks at what was applied in the end. Commands are unique, so each may be there once.</summary>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? FindDuplicate(IReadOnlyList<string> applied)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string command in applied)
        {
            if (!seen.Add(command))
            {
                return $"A command was applied twice: '{command}'.";
            }
        }

        return null;
    }
}
