namespace Raft.Testing;

/// <summary>
/// The answers that clients got, and whether they were true: an acknowledged command is in the log once, and after everything that was
/// acknowledged before it was proposed.
/// </summary>
internal sealed class ClientRecord
{
    private long _lastAcknowledged;

    /// <summary>The highest index that was acknowledged to any client so far.</summary>
    public long LastAcknowledged => _lastAcknowledged;

    /// <summary>A client received the index of its command.</summary>
    /// <param name="proposal">The command.</param>
    /// <param name="acknowledgedBefore">What <see cref="LastAcknowledged"/> was when it was proposed.</param>
    /// <returns>What is wrong with that; null if nothing is.</returns>
    public string? Acknowledge(SimulatedProposal proposal, long acknowledgedBefore)
    {
        long index = proposal.Result.Index;
        _lastAcknowledged = Math.Max(_lastAcknowledged, index);
        return index > acknowledgedBefore
            ? null
            : $"Real-time order is broken: '{proposal.Text}' took effect at index {index}, though it was proposed after index "
                + $"{acknowledgedBefore} had been acknowledged.";
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
