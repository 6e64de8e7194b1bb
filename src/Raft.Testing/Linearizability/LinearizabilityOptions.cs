namespace Raft.Testing;

/// <summary>
/// How much a check may use up. Beyond that, the verdict is <see cref="LinearizabilityVerdict.Undecided"/>. Without a
/// <see cref="TimeLimit"/>, the same history always gets the same verdict where the same number of keys is checked at once.
/// </summary>
public sealed record LinearizabilityOptions
{
    /// <summary>How many steps to try for each key, or for the history if it is not divided: 1 or more. Default 200,000,000.</summary>
    public long MaximumSteps { get; init; } = 200_000_000;

    /// <summary>
    /// How many bytes to remember of what was tried, in all searches at the same time: 1 or more. Default 1 GiB. Each search has an equal
    /// share. States count with what the model allocated to make them. The history itself is not included, nor 150 bytes for each
    /// operation that a search has at least.
    /// </summary>
    public long MaximumMemory { get; init; } = 1L << 30;

    /// <summary>How long the whole check may take: more than zero. Null (the default) for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many keys to check at the same time, each on a thread: 1 or more. Default the number of processors.</summary>
    public int MaximumParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Ends the check with an <see cref="OperationCanceledException"/>. Default none.</summary>
    public CancellationToken CancellationToken { get; init; }

    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumMemory, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumParallelism, 1);
        if (TimeLimit is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(TimeLimit));
        }
    }
}
