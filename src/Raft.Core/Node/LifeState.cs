namespace Raft;

/// <summary>The stages of one life of a node, in their order.</summary>
internal enum LifeStage
{
    /// <summary>Nothing has begun. What is posted waits.</summary>
    Created,

    /// <summary>The stores are being opened and read. What is posted waits.</summary>
    Opening,

    /// <summary>The log is read: the worker answers handlers, but does not campaign.</summary>
    Open,

    /// <summary>The node takes part in the cluster.</summary>
    Running,

    /// <summary>It completes what is under way; no proposals and no snapshots begin any more.</summary>
    Stopping,

    /// <summary>The worker answers everyone who still waits.</summary>
    Ending,

    /// <summary>Everyone is answered, and what comes later is refused.</summary>
    Ended,
}

/// <summary>
/// How far a life has come: the one place where its stages follow each other. They only move forward; any of them may be skipped.
/// </summary>
internal sealed class LifeState
{
    private int _stage;
    private volatile bool _isRunRequested;
    private volatile bool _isStopRequested;

    public LifeStage Stage => (LifeStage)Volatile.Read(ref _stage);

    /// <summary>Whether the worker may use the module.</summary>
    public bool IsOpen => Stage is >= LifeStage.Open and < LifeStage.Ending;

    /// <summary>Whether the orderly stop, or the end, has begun.</summary>
    public bool IsStopping => Stage >= LifeStage.Stopping;

    public bool HasEnded => Stage == LifeStage.Ended;

    /// <summary>Whether a stop was requested, which may happen at any stage. Work that need not be completed is abandoned then.</summary>
    public bool IsStopRequested => _isStopRequested;

    /// <summary>What the stage is called in the status of a node that has not ended.</summary>
    public NodeLifecycle Lifecycle => Stage switch
    {
        < LifeStage.Running => _isRunRequested ? NodeLifecycle.Starting : NodeLifecycle.Idle,
        LifeStage.Running => NodeLifecycle.Running,
        _ => NodeLifecycle.Stopping,
    };

    public void RequestRun() => _isRunRequested = true;

    public void RequestStop() => _isStopRequested = true;

    /// <summary>Moves forward to a stage.</summary>
    /// <returns>False if the life is at this stage already, or beyond it; nothing changes then.</returns>
    public bool TryAdvance(LifeStage next)
    {
        while (true)
        {
            int current = Volatile.Read(ref _stage);
            if (current >= (int)next)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _stage, (int)next, current) == current)
            {
                return true;
            }
        }
    }
}
