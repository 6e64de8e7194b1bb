using System.Diagnostics;

namespace Raft.Testing;

/// <summary>What a contract is checked on: derive from one of its kinds. One serves one clause, and is disposed after it.</summary>
/// <remarks>
/// By default a contract waits in real time. A subject that lives in a <see cref="SimulatedWorld"/> overrides the waits,
/// and runs the world instead; then everything happens on the thread that called the clause.
/// </remarks>
public abstract class ContractSubject : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>How long a single call may take before it counts as hung. Default 30 s of real time.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait to see that something does not happen. Default 200 ms of real time; longer finds more.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for a call of the port to end. Override it to run a simulated world until then.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Completes as the call does.</returns>
    /// <exception cref="TimeoutException">It did not end within <see cref="Limit"/>.</exception>
    public virtual Task WaitForAsync(Task call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.WaitAsync(Limit);
    }

    /// <summary>Waits until a condition holds, or for a time if it does not. Override it to run a simulated world meanwhile.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="limit">How long at most.</param>
    /// <returns>Whether it holds.</returns>
    public virtual async Task<bool> WaitUntilAsync(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
            {
                return condition();
            }

            await Task.Delay(PollInterval).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Deletes what the subject has left, such as files. The default does nothing.</summary>
    /// <returns>Completes when it is done.</returns>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
