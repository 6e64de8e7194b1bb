namespace Raft.Testing;

/// <summary>What a check of a history has found, with the operations.</summary>
/// <typeparam name="TInput">What a client asks.</typeparam>
/// <typeparam name="TOutput">What it is answered.</typeparam>
public sealed class LinearizabilityResult<TInput, TOutput> : LinearizabilityResult
{
    internal LinearizabilityResult(IReadOnlyList<LinearizabilityPart<TInput, TOutput>> parts)
        : base(WorstOf(parts), parts.Sum(static part => part.Steps)) => Parts = parts;

    /// <summary>
    /// What was found for each key, in the order in which the history first has them. The only one, if the history was checked as a whole.
    /// </summary>
    public IReadOnlyList<LinearizabilityPart<TInput, TOutput>> Parts { get; }

    /// <inheritdoc/>
    public override string Explanation => LinearizabilityReport.Explain(this);

    private static LinearizabilityVerdict WorstOf(IReadOnlyList<LinearizabilityPart<TInput, TOutput>> parts) =>
        parts.Any(static part => part.Verdict == LinearizabilityVerdict.NotLinearizable) ? LinearizabilityVerdict.NotLinearizable
        : parts.Any(static part => part.Verdict == LinearizabilityVerdict.Undecided) ? LinearizabilityVerdict.Undecided
        : LinearizabilityVerdict.Linearizable;
}
