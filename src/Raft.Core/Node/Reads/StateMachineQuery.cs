namespace Raft;

/// <summary>Work for the state machine that runs between two batches: a read, or the capture of a snapshot.</summary>
internal abstract class StateMachineQuery
{
    /// <summary>The <see cref="CalledAt"/> of a read that is not measured. Null instead would make each read larger.</summary>
    public static readonly TimeSpan NotMeasured = TimeSpan.MinValue;

    /// <summary>What it occupies the state machine with.</summary>
    public virtual WorkKind Kind => WorkKind.Read;

    /// <summary>Whether it is a caller's read, which counts towards the limit of waiting reads.</summary>
    public virtual bool IsRead => false;

    /// <summary>Whether someone still waits for it.</summary>
    public virtual bool IsPending => true;

    /// <summary>How up to date it must be.</summary>
    public ReadConsistency Consistency { get; init; }

    /// <summary>The index that the state must include.</summary>
    public long Index { get; set; }

    /// <summary>When it was called; <see cref="NotMeasured"/> if the durations of reads were not measured then.</summary>
    public TimeSpan CalledAt { get; set; } = NotMeasured;

    /// <summary>Runs it and answers its caller, who is resumed with the batch.</summary>
    public abstract void Run(IStateMachine machine, ResumeBatch resume);

    /// <summary>
    /// Whether it may end later, as one that is held in a simulation does, on whatever thread: then it is the last one of its turn.
    /// </summary>
    public virtual bool MayEndLater => false;

    /// <summary>Runs it. The state machine is free again when the result completes; this is at once, unless it may end later.</summary>
    public virtual ValueTask RunAsync(IStateMachine machine, ResumeBatch resume)
    {
        Run(machine, resume);
        return ValueTask.CompletedTask;
    }

    /// <summary>Fails its caller.</summary>
    public abstract void Refuse(Exception reason);
}
