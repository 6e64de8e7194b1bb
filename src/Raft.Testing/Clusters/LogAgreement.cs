namespace Raft.Testing;

/// <summary>
/// State Machine Safety (Figure 3), and what callers were promised: all nodes apply the same strings in the same order,
/// what was acknowledged stands where the answer says, and what was refused never turns up.
/// </summary>
internal sealed class LogAgreement
{
    private readonly List<string> _agreed = [];
    private readonly HashSet<string> _applied = new(StringComparer.Ordinal);

    /// <summary>Everything that any node has applied so far, in the order on which all agree.</summary>
    public IReadOnlyList<string> Agreed => _agreed;

    /// <summary>Compares what a node has applied since the last look.</summary>
    /// <param name="node">The node.</param>
    /// <param name="entries">Its strings.</param>
    /// <param name="compared">How many of them were compared before.</param>
    /// <returns>What is broken; null if nothing is.</returns>
    public string? Compare(NodeId node, IReadOnlyList<string> entries, int compared)
    {
        for (int i = compared; i < entries.Count; i++)
        {
            if (i == _agreed.Count)
            {
                _agreed.Add(entries[i]);
                _applied.Add(entries[i]);
            }
            else if (!string.Equals(entries[i], _agreed[i], StringComparison.Ordinal))
            {
                return $"State Machine Safety is broken: {node} applied '{entries[i]}' as number {i + 1}, where another node applied '{_agreed[i]}'.";
            }
        }

        return null;
    }

    /// <summary>Checks that an acknowledged proposal stands where its answer says.</summary>
    /// <returns>What is broken; null if nothing is.</returns>
    public string? CheckAcknowledged(SimulatedProposal proposal)
    {
        ReadOnlyMemory<byte> result = proposal.Result.Result;
        long position = result.Length == sizeof(long) ? Codec.Int64.Read(result) : 0;
        return position < 1 || position > _agreed.Count || !string.Equals(_agreed[(int)position - 1], proposal.Text, StringComparison.Ordinal)
            ? $"An acknowledgement is false: '{proposal.Text}' was acknowledged as number {position}, and it does not stand there."
            : null;
    }

    /// <summary>Checks that a refused proposal was not applied; its text must be unique in the run.</summary>
    /// <returns>What is broken; null if nothing is.</returns>
    public string? CheckRefused(SimulatedProposal proposal) => _applied.Contains(proposal.Text)
        ? $"A refusal is false: '{proposal.Text}' was refused, and yet it was applied."
        : null;
}
