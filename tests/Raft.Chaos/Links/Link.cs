namespace Raft.Chaos;

/// <summary>One direction between two nodes, with its conditions at the moment.</summary>
internal sealed class Link
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _opened = Completed();

    /// <summary>The conditions. They may change at any time.</summary>
    public LinkConditions Conditions { get; private set; } = LinkConditions.Healthy;

    public void Set(LinkConditions conditions)
    {
        lock (_lock)
        {
            Conditions = conditions;
            if (!conditions.IsCut)
            {
                _opened.TrySetResult();
            }
            else if (_opened.Task.IsCompleted)
            {
                _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Waits until bytes can pass.</summary>
    public Task WaitUntilOpenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _opened.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource Completed()
    {
        TaskCompletionSource completed = new();
        completed.SetResult();
        return completed;
    }
}
