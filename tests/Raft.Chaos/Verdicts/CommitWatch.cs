using System.Diagnostics;

namespace Raft.Chaos;

/// <summary>When commands are acknowledged, and by which node.</summary>
internal sealed class CommitWatch
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _leader;

    /// <summary>The node that acknowledged the last command.</summary>
    public int Leader => _leader;

    /// <summary>The longest time from the end of a fault to the next commit.</summary>
    public TimeSpan Longest { get; private set; }

    public void Acknowledged(int node)
    {
        _leader = node;
        TaskCompletionSource reached;
        lock (_lock)
        {
            reached = _next;
            if (reached.Task.IsCompleted)
            {
                return;
            }
        }

        reached.TrySetResult();
    }

    /// <summary>Waits for the next acknowledged command.</summary>
    /// <returns>How long it took; null if it took longer than the limit.</returns>
    public async Task<TimeSpan?> WaitForNextAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        Task next;
        lock (_lock)
        {
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            next = _next.Task;
        }

        try
        {
            await next.WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        Longest = elapsed > Longest ? elapsed : Longest;
        return elapsed;
    }
}
