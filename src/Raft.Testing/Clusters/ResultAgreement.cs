using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// State Machine Safety (Figure 3), checked by results: for any state machine, all nodes give the same answer to the command at
/// an index, also after restarts, and callers received exactly that answer.
/// </summary>
internal sealed class ResultAgreement(Action<string> broken)
{
    private readonly Dictionary<long, Answer> _answers = []; // never enumerated
    private readonly SortedDictionary<long, LogEntry> _commands = []; // also those that no log has any more
    private readonly HashSet<long> _acknowledged = [];
    private readonly Dictionary<long, (NodeId Node, ulong Digest)> _digests = []; // after the command at an index; never enumerated

    private sealed record Answer(NodeId Node, byte[] Result, string? Rejection)
    {
        public bool IsSame(ReadOnlySpan<byte> result, string? rejection) =>
            Result.AsSpan().SequenceEqual(result) && string.Equals(Rejection, rejection, StringComparison.Ordinal);
    }

    /// <summary>Whether the digests of the nodes must be the same: not in a script that lets a state machine diverge.</summary>
    public bool ComparesDigests { get; set; } = true;

    /// <summary>How many commands were applied.</summary>
    public int Count => _answers.Count;

    /// <summary>All commands that any node has applied, by index.</summary>
    public IReadOnlyDictionary<long, LogEntry> Commands => _commands;

    /// <summary>A node applies a batch. Which command is at an index is compared elsewhere, with the logs.</summary>
    public void NoteCommands(CommittedBatch batch)
    {
        for (int position = 0; position < batch.Count; position++)
        {
            CommandContext context = batch.Context(position);
            _commands.TryAdd(context.Index, new LogEntry(context.Term, EntryKind.Command, batch.Command(position), context.Time));
        }
    }

    /// <summary>Whether the state machine rejected the command at an index.</summary>
    public bool IsRejected(long index) => _answers.TryGetValue(index, out Answer? answer) && answer.Rejection is not null;

    /// <summary>Why the state machine rejected the command at an index; null if it did not.</summary>
    public string? RejectionOf(long index) => _answers.TryGetValue(index, out Answer? answer) ? answer.Rejection : null;

    /// <summary>Records a node's answer to the command at an index: a result or a rejection.</summary>
    public void Observe(NodeId node, long index, ReadOnlySpan<byte> result, string? rejection)
    {
        if (!_answers.TryGetValue(index, out Answer? first))
        {
            _answers.Add(index, new Answer(node, result.ToArray(), rejection));
        }
        else if (!first.IsSame(result, rejection))
        {
            string earlier = first.Node == node ? $"{node} in an earlier life" : first.Node.ToString();
            broken(string.Create(
                CultureInfo.InvariantCulture,
                $"The state machine is not deterministic: for the command at index {index}, {earlier} answered "
                    + $"{Describe(first.Result, first.Rejection)}, and {node} answered {Describe(result, rejection)}."));
        }
    }

    /// <summary>Records the digest of a node's state after the command at an index.</summary>
    public void ObserveDigest(NodeId node, long index, ulong digest)
    {
        if (!_digests.TryGetValue(index, out (NodeId Node, ulong Digest) first))
        {
            _digests.Add(index, (node, digest));
        }
        else if (ComparesDigests && first.Digest != digest)
        {
            string earlier = first.Node == node ? $"{node} in an earlier life" : first.Node.ToString();
            broken(string.Create(
                CultureInfo.InvariantCulture,
                $"The state machine is not deterministic: after the command at index {index}, the digest of {earlier} was "
                    + $"{first.Digest:x16}, and that of {node} was {digest:x16}."));
        }
    }

    /// <summary>
    /// Records the digest of a state that was restored from a snapshot up to an index. It can be compared only if the last entry there is
    /// a command after which a batch ended.
    /// </summary>
    public void ObserveRestored(NodeId node, long index, ulong digest)
    {
        if (_digests.TryGetValue(index, out (NodeId Node, ulong Digest) first) && ComparesDigests && first.Digest != digest)
        {
            broken(string.Create(
                CultureInfo.InvariantCulture,
                $"The digest of a state machine is not restored: {node} was restored with the state after index {index}, and its digest is "
                    + $"{digest:x16}, where that of {first.Node} was {first.Digest:x16}. A digest is part of the state: capture and "
                    + $"restore it, or compute it from the restored state."));
        }
    }

    /// <summary>Reports an error.</summary>
    public void Report(string what) => broken(what);

    /// <summary>
    /// Checks that a proposal received the answer that belongs to its index, and that no other proposal received the same index.
    /// </summary>
    /// <returns>A description of the violation; null if there is none.</returns>
    public string? CheckAcknowledged(SimulatedProposal proposal)
    {
        Committed committed = proposal.Result;
        if (!_answers.TryGetValue(committed.Index, out Answer? answer) || !answer.IsSame(committed.Result.Span, rejection: null))
        {
            string applied = answer is null ? "nothing was applied there" : "the nodes answered "
                + $"{Describe(answer.Result, answer.Rejection)} there";
            return $"An acknowledgement is false: '{proposal.Text}' was acknowledged at index {committed.Index} with "
                + $"{Describe(committed.Result.Span, null)}, and {applied}.";
        }

        return _acknowledged.Add(committed.Index) ? null : $"An acknowledgement is false: '{proposal.Text}' was acknowledged at index "
            + $"{committed.Index}, as another proposal was.";
    }

    private static string Describe(ReadOnlySpan<byte> result, string? rejection) =>
        rejection is null ? AppliedCommands.Describe(result) : $"the rejection '{rejection}'";
}
