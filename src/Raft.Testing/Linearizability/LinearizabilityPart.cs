namespace Raft.Testing;

/// <summary>What a check has found for one key, or for a history that was checked as a whole.</summary>
/// <typeparam name="TInput">What a client asks.</typeparam>
/// <typeparam name="TOutput">What it is answered.</typeparam>
public sealed class LinearizabilityPart<TInput, TOutput>
{
    internal LinearizabilityPart()
    {
    }

    /// <summary>The key; null if the history was checked as a whole.</summary>
    public object? Key { get; internal init; }

    /// <summary>The verdict.</summary>
    public LinearizabilityVerdict Verdict { get; internal init; }

    /// <summary>The limit that was reached, if the verdict is <see cref="LinearizabilityVerdict.Undecided"/>; otherwise null.</summary>
    public LinearizabilityLimit? Limit { get; internal init; }

    /// <summary>How many steps were tried.</summary>
    public long Steps { get; internal init; }

    /// <summary>How many operations there are, without refused ones.</summary>
    public int OperationCount { get; internal init; }

    /// <summary>
    /// The longest order that was found in which every operation has the answer that was seen. It may contain operations whose outcome is
    /// unknown.
    /// </summary>
    public IReadOnlyList<Operation<TInput, TOutput>> LongestOrder { get; internal init; } = [];

    /// <summary>
    /// The completed operations that are not in <see cref="LongestOrder"/>, those that ended first before the others. If the history is not
    /// linearizable, the contradiction is usually between the first of them and the end of the order.
    /// </summary>
    public IReadOnlyList<Operation<TInput, TOutput>> NotPlaced { get; internal init; } = [];

    /// <summary>
    /// If the history is not linearizable: as few of its operations as were found that no order explains, whatever the others did, as they
    /// began. Empty if the search for them reached a limit of its own, or the token of the options was cancelled before it ended.
    /// </summary>
    public IReadOnlyList<Operation<TInput, TOutput>> Contradiction => Shortest.Value?.Operations ?? [];

    /// <summary>Computed on first access, which may take two seconds.</summary>
    internal Lazy<Contradiction<TInput, TOutput>?> Shortest { get; init; } = new(static () => null);

    /// <summary>
    /// An order that explains everything that was seen, if the history is linearizable; otherwise null. Operations whose outcome is unknown
    /// and which it does not contain need not have happened.
    /// </summary>
    public IReadOnlyList<Operation<TInput, TOutput>>? Witness => Verdict == LinearizabilityVerdict.Linearizable ? LongestOrder : null;
}
