using System.Runtime.InteropServices;

namespace Raft.Testing;

/// <summary>
/// State Machine Safety (Figure 3), and what callers were promised: all nodes apply the same strings in the same order,
/// what was acknowledged stands where the answer says, and what was refused never turns up.
/// </summary>
/// <param name="broken">Receives what is broken.</param>
internal sealed class LogAgreement(Action<string> broken)
{
    private readonly List<string> _agreed = [];
    private readonly List<ulong> _hashes = [0]; // of so many strings
    private readonly HashSet<string> _applied = new(StringComparer.Ordinal);

    /// <summary>Everything that any node has applied so far, in the order on which all agree.</summary>
    public IReadOnlyList<string> Agreed => _agreed;

    /// <summary>A node has applied a string.</summary>
    /// <param name="node">The node.</param>
    /// <param name="number">How many strings it has applied with this one.</param>
    /// <param name="hash">Their hash.</param>
    /// <param name="text">The string.</param>
    public void Apply(NodeId node, int number, ulong hash, string text)
    {
        if (number == _hashes.Count)
        {
            _agreed.Add(text);
            _hashes.Add(hash);
            _applied.Add(text);
        }
        else if (!string.Equals(text, _agreed[number - 1], StringComparison.Ordinal))
        {
            broken($"State Machine Safety is broken: {node} applied '{text}' as number {number}, where another node applied "
                + $"'{_agreed[number - 1]}'.");
        }
        else if (hash != _hashes[number])
        {
            broken($"State Machine Safety is broken: {node} applied '{text}' as number {number} after other strings than another node.");
        }
    }

    /// <summary>A node's state machine was restored.</summary>
    /// <param name="node">The node.</param>
    /// <param name="count">How many strings it holds.</param>
    /// <param name="hash">Their hash.</param>
    /// <param name="last">The last ones.</param>
    public void Restore(NodeId node, int count, ulong hash, ReadOnlySpan<string> last)
    {
        if (count >= _hashes.Count || hash != _hashes[count] || last.Length > count
            || !last.SequenceEqual(CollectionsMarshal.AsSpan(_agreed).Slice(count - last.Length, last.Length), StringComparer.Ordinal))
        {
            broken($"State Machine Safety is broken: {node} was restored with {count} strings that are not the first {count} that were "
                + "applied.");
        }
    }

    /// <summary>Something else is wrong with how a state machine is used.</summary>
    public void Report(string what) => broken(what);

    /// <summary>Whether a node with so many strings of such a hash has applied everything.</summary>
    public bool IsAll(int count, ulong hash) => count == _agreed.Count && hash == _hashes[count];

    /// <summary>Checks that an acknowledged proposal is where its answer says.</summary>
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
