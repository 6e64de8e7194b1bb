using System.Runtime.InteropServices;

namespace Raft.Testing;

/// <summary>
/// State Machine Safety (Figure 3) and the guarantees to callers: all nodes apply the same strings in the same order, each
/// acknowledged string is at the index in its answer, and a refused string is never applied.
/// </summary>
/// <param name="broken">Receives the description of a violation.</param>
internal sealed class LogAgreement(Action<string> broken)
{
    private readonly List<string> _agreed = [];
    private readonly List<ulong> _hashes = [0]; // of so many strings
    private readonly HashSet<string> _applied = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _fenced = new(StringComparer.Ordinal); // the term that each was proposed in

    /// <summary>Everything that any node has applied so far, in the order on which all agree.</summary>
    public IReadOnlyList<string> Agreed => _agreed;

    /// <summary>Records that a node has applied a string.</summary>
    /// <param name="node">The node.</param>
    /// <param name="number">The number of strings that it has applied, including this one.</param>
    /// <param name="hash">The hash of those strings.</param>
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

    /// <summary>A string was proposed in a term only: it enters the log in that term or not at all.</summary>
    public void Fence(string text, long term) => _fenced.Add(text, term);

    /// <summary>Checks the term of a string that a node applies.</summary>
    public void CheckTerm(NodeId node, string text, long term)
    {
        if (_fenced.TryGetValue(text, out long proposed) && proposed != term)
        {
            broken($"Work stays in its term is broken: '{text}' was proposed by the work of term {proposed}, and {node} applies it as an "
                + $"entry of term {term}.");
        }
    }

    /// <summary>Records that a node's state machine was restored.</summary>
    /// <param name="node">The node.</param>
    /// <param name="count">The number of strings that it holds.</param>
    /// <param name="hash">The hash of those strings.</param>
    /// <param name="last">The last strings.</param>
    public void Restore(NodeId node, int count, ulong hash, ReadOnlySpan<string> last)
    {
        if (count >= _hashes.Count || hash != _hashes[count] || last.Length > count
            || !last.SequenceEqual(CollectionsMarshal.AsSpan(_agreed).Slice(count - last.Length, last.Length), StringComparer.Ordinal))
        {
            broken($"State Machine Safety is broken: {node} was restored with {count} strings that are not the first {count} that were "
                + "applied.");
        }
    }

    /// <summary>Reports another error in how a state machine is used.</summary>
    public void Report(string what) => broken(what);

    /// <summary>Whether a node with this number of strings and this hash has applied everything.</summary>
    public bool IsAll(int count, ulong hash) => count == _agreed.Count && hash == _hashes[count];

    /// <summary>Checks that an acknowledged proposal is where its answer says.</summary>
    /// <returns>A description of the violation; null if there is none.</returns>
    public string? CheckAcknowledged(SimulatedProposal proposal)
    {
        ReadOnlyMemory<byte> result = proposal.Result.Result;
        long position = result.Length == sizeof(long) ? Codec.Int64.Read(result) : 0;
        return position < 1 || position > _agreed.Count
            || !string.Equals(_agreed[(int)position - 1], proposal.Text, StringComparison.Ordinal)
            ? $"An acknowledgement is false: '{proposal.Text}' was acknowledged as number {position}, and it is not there."
            : null;
    }

    /// <summary>Checks that a refused proposal was not applied; its text must be unique in the run.</summary>
    /// <returns>A description of the violation; null if there is none.</returns>
    public string? CheckRefused(SimulatedProposal proposal) => _applied.Contains(proposal.Text)
        ? $"A refusal is false: '{proposal.Text}' was refused, and yet it was applied."
        : null;
}
