namespace Raft.Testing;

/// <summary>
/// A state machine that takes its time: half of its batches are applied in a later step, and all of them late where that is asked
/// for.
/// </summary>
/// <param name="inner">The state machine.</param>
/// <param name="world">Where it takes its time.</param>
/// <param name="random">What says when.</param>
/// <param name="delay">How long it takes at least.</param>
/// <param name="mayBlock">Whether it says that it may block even if the state machine does not.</param>
/// <param name="demandOwnThread">Is called with each call, if it may block.</param>
/// <param name="snapshots">Called before the state is captured (false), when it may throw, and after it was restored (true).</param>
internal sealed class SlowStateMachine(IStateMachine inner, SimulatedWorld world, SeededRandom random, Func<TimeSpan> delay, bool mayBlock, Action demandOwnThread, Action<bool> snapshots) : IStateMachine
{
    private readonly Stack<SimulatedCompletion<bool>> _completions = new();

    public long AppliedIndex => inner.AppliedIndex;

    public bool MayBlock => mayBlock || inner.MayBlock;

    public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        BeginCall();
        TimeSpan takes = delay();
        return takes == TimeSpan.Zero && random.Chance(0.5) ? inner.ApplyAsync(batch, stopping) : ApplyLaterAsync(batch, takes, stopping);
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
        if (random.Chance(0.5))
        {
            await WaitAsync(delay()).ConfigureAwait(false);
        }

        await inner.RestoreAsync(snapshot, lastIncludedIndex, cancellationToken).ConfigureAwait(false);
        snapshots(true);
    }

    private void BeginCall()
    {
        if (MayBlock)
        {
            demandOwnThread();
        }
    }

    private async ValueTask ApplyLaterAsync(CommittedBatch batch, TimeSpan takes, CancellationToken stopping)
    {
        await WaitAsync(takes).ConfigureAwait(false);
        await inner.ApplyAsync(batch, stopping).ConfigureAwait(false);
    }

    private async ValueTask WaitAsync(TimeSpan takes)
    {
        SimulatedCompletion<bool> completion = _completions.TryPop(out SimulatedCompletion<bool>? free) ? free : new SimulatedCompletion<bool>(world.Scheduler, _completions);
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
