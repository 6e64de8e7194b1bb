namespace Raft.Testing;

/// <summary>What a search may use up, and what it has.</summary>
/// <param name="maximumSteps">How many steps.</param>
/// <param name="maximumBytes">How much memory.</param>
/// <param name="deadline">A timestamp of the clock, or <see cref="long.MaxValue"/>.</param>
/// <param name="cancellationToken">Ends the search with an exception.</param>
/// <param name="clock">The clock of the deadline; null for the one of the system.</param>
internal sealed class SearchLimits(
    long maximumSteps, long maximumBytes, long deadline, CancellationToken cancellationToken, TimeProvider? clock = null)
{
    private const int StepsPerLookAtTheClock = 16;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    public long Steps { get; private set; }

    /// <summary>The limit that has been reached, if any.</summary>
    public LinearizabilityLimit? Reached { get; private set; }

    /// <summary>The same limits for another search. Their deadline is the same too.</summary>
    /// <param name="steps">How many steps; null for the same number.</param>
    public SearchLimits Again(long? steps = null) => new(steps ?? maximumSteps, maximumBytes, deadline, cancellationToken, _clock);

    /// <summary>Takes a step, unless a limit is reached.</summary>
    /// <param name="bytes">How much memory the search takes now.</param>
    /// <returns>False if a limit is reached.</returns>
    public bool TakeStep(long bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Steps >= maximumSteps)
        {
            Reached = LinearizabilityLimit.Steps;
        }
        else if (bytes > maximumBytes)
        {
            Reached = LinearizabilityLimit.Memory;
        }
        else if (deadline != long.MaxValue && Steps % StepsPerLookAtTheClock == 0 && _clock.GetTimestamp() >= deadline)
        {
            Reached = LinearizabilityLimit.Time;
        }
        else
        {
            Steps++;
        }

        return Reached is null;
    }
}
