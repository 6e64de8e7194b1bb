namespace Raft.Testing;

/// <summary>
/// A slow state machine: half of its batches are applied in a later step, and all of them late where a delay is set.
/// </summary>
/// <param name="inner">The inner state machine.</param>
/// <param name="world">The world whose virtual time it uses.</param>
/// <param name="random">The source of the delays.</param>
/// <param name="delay">The minimum time for a batch.</param>
/// <param name="mayBlock">Whether it reports that it may block even if the inner state machine does not.</param>
/// <param name="demandOwnThread">Called at each call if the state machine may block, to check the thread.</param>
/// <param name="snapshots">
/// Called with false before the state is captured, where it may throw, and with true after the state was restored.
/// </param>
/// <param name="hold">Makes it hang.</param>
internal sealed class SlowStateMachine(
    IStateMachine inner,
    SimulatedWorld world,
    SeededRandom random,
    Func<TimeSpan> delay,
    bool mayBlock,
    Action demandOwnThread,
    Action<bool> snapshots,
    MachineHold hold)
    : IStateMachine, IStateDigest
{
    private readonly Stack<SimulatedCompletion<bool>> _completions = new();

    /// <summary>The index of the last command that it has applied.</summary>
    public long LastCommand { get; private set; } = inner.AppliedIndex;

    /// <summary>
    /// Whether <see cref="LastCommand"/> is that of a command, and not the end of a snapshot, where another machine in the same state may
    /// have a smaller number.
    /// </summary>
    public bool IsExact { get; private set; }

    /// <summary>Whether a batch or a restoration is under way. No query may run then.</summary>
    public bool IsChanging { get; private set; }

    public long AppliedIndex => inner.AppliedIndex;

    public ulong? Digest => (inner as IStateDigest)?.Digest;

    public bool MayBlock => mayBlock || inner.MayBlock;

    public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        BeginCall();
        IsChanging = true;
        TimeSpan takes = delay();
        return hold.IsHeld ? ApplyHeldAsync(batch, stopping)
            : takes == TimeSpan.Zero && random.Chance(0.5) ? ApplyNowAsync(batch, stopping)
            : ApplyLaterAsync(batch, takes, stopping);
    }

    public ISnapshotCapture? Capture()
    {
        BeginCall();
        snapshots(false);
        return inner.Capture();
    }

    public async ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
    {
        BeginCall();
        IsChanging = true;
        await hold.WaitAsync().ConfigureAwait(false);
        if (random.Chance(0.5))
        {
            await WaitAsync(delay()).ConfigureAwait(false);
        }

        await inner.RestoreAsync(snapshot, lastIncludedIndex, cancellationToken).ConfigureAwait(false);
        LastCommand = lastIncludedIndex;
        IsExact = false;
        IsChanging = false;
        snapshots(true);
    }

    private void BeginCall()
    {
        if (MayBlock)
        {
            demandOwnThread();
        }
    }

    private async ValueTask ApplyHeldAsync(CommittedBatch batch, CancellationToken stopping)
    {
        await hold.WaitAsync().ConfigureAwait(false);
        await ApplyNowAsync(batch, stopping).ConfigureAwait(false);
    }

    private async ValueTask ApplyLaterAsync(CommittedBatch batch, TimeSpan takes, CancellationToken stopping)
    {
        await WaitAsync(takes).ConfigureAwait(false);
        await ApplyNowAsync(batch, stopping).ConfigureAwait(false);
    }

    private async ValueTask ApplyNowAsync(CommittedBatch batch, CancellationToken stopping)
    {
        await inner.ApplyAsync(batch, stopping).ConfigureAwait(false);
        LastCommand = batch.Context(batch.Count - 1).Index;
        IsExact = true;
        IsChanging = false;
    }

    private async ValueTask WaitAsync(TimeSpan takes)
    {
        SimulatedCompletion<bool> completion = _completions.TryPop(out SimulatedCompletion<bool>? free)
            ? free
            : new SimulatedCompletion<bool>(world.Scheduler, _completions);
        ValueTask waited = completion.UntypedTask;
        if (takes == TimeSpan.Zero)
        {
            completion.Complete(true, error: null);
        }
        else
        {
            IClockTimer timer = world.Clock.CreateTimer(() => completion.Complete(true, error: null));
            timer.Set(world.Clock.Now + takes);
        }

        await waited.ConfigureAwait(false);
    }
}
