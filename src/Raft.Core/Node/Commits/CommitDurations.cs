namespace Raft;

/// <summary>
/// Measures the time from a proposal's entry into the leader's log to its commitment, if anyone listens to that instrument.
/// </summary>
internal sealed class CommitDurations(NodeContext context)
{
    private readonly Queue<(long Index, long Term, TimeSpan AppendedAt)> _open = new(); // bounded like the pending proposals

    /// <summary>An entry of this leader is in the log.</summary>
    public void Begin(long index)
    {
        if (context.Metrics is { MeasuresCommits: true })
        {
            _open.Enqueue((index, context.Module.Term, context.Now));
        }
    }

    /// <summary>Records what has been committed now, whether the state machine has room for it or not.</summary>
    public void Record()
    {
        while (_open.TryPeek(out (long Index, long Term, TimeSpan AppendedAt) first) && first.Index <= context.Module.CommitIndex)
        {
            _open.Dequeue();
            if (context.Module.TermAt(first.Index) == first.Term)
            {
                context.Metrics!.RecordCommit(context.Now - first.AppendedAt);
            }
        }
    }

    /// <summary>Leadership has changed: what was not committed is not measured.</summary>
    public void Clear() => _open.Clear();
}
