namespace Raft;

/// <summary>
/// Lets the life of a node, which runs on any thread, run actions on the worker and wait for conditions that only the worker may
/// evaluate.
/// </summary>
internal sealed class WorkerCalls(NodeContext context)
{
    private readonly List<Condition> _conditions = []; // a few at a time: only the steps of a stop wait for one

    private readonly record struct Condition(Func<bool> IsMet, TimeSpan DueAt, PendingCaller<bool> Caller);

    /// <summary>How many waits for a condition are open.</summary>
    public int WaitingConditions => _conditions.Count;

    /// <summary>When the next wait for a condition ends without it.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan deadline = TimeSpan.MaxValue;
            foreach (Condition condition in _conditions)
            {
                deadline = condition.DueAt < deadline ? condition.DueAt : deadline;
            }

            return deadline;
        }
    }

    /// <summary>Runs an action on the worker.</summary>
    /// <returns>False if the life had ended before.</returns>
    public async ValueTask<bool> ExecuteAsync(Action action)
    {
        CompletionSource<bool> source = context.Sources.Lifecycle.Rent(CancellationToken.None);
        ValueTask<bool> task = source.Task;
        WorkerAction request = new(action, source.Caller);
        if (!context.TryPost(request))
        {
            request.Refuse(reason: null!);
        }

        return await task.ConfigureAwait(false);
    }

    /// <summary>Waits until a condition, which the worker evaluates after each pass, holds or a time is reached.</summary>
    public async ValueTask WaitUntilAsync(Func<bool> condition, TimeSpan dueAt)
    {
        CompletionSource<bool> source = context.Sources.Lifecycle.Rent(CancellationToken.None);
        ValueTask<bool> task = source.Task;
        Condition waiting = new(condition, dueAt, source.Caller);
        if (!await ExecuteAsync(() => _conditions.Add(waiting)).ConfigureAwait(false))
        {
            waiting.Caller.Succeed(false);
        }

        await task.ConfigureAwait(false);
    }

    /// <summary>Answers the waits whose condition holds or whose time is over. Called by the worker after each pass.</summary>
    public void CheckConditions()
    {
        for (int i = _conditions.Count - 1; i >= 0; i--)
        {
            Condition condition = _conditions[i];
            bool isMet = condition.IsMet();
            if (isMet || context.Now >= condition.DueAt)
            {
                _conditions.RemoveAt(i);
                context.Answers.Succeed(condition.Caller, isMet);
            }
        }
    }

    /// <summary>The life ends: answers all waits.</summary>
    public void End()
    {
        foreach (Condition condition in _conditions)
        {
            context.Answers.Succeed(condition.Caller, false);
        }

        _conditions.Clear();
    }

    private sealed class WorkerAction(Action action, PendingCaller<bool> caller) : NodeRequest
    {
        public override void Execute()
        {
            action();
            caller.Succeed(true);
        }

        public override void Refuse(Exception reason) => caller.Succeed(false);
    }
}
