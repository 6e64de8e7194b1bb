namespace Raft.Testing;

/// <summary>A state machine that takes its time: half of its batches are applied in a later step, and all of them late where that is asked for.</summary>
internal sealed class SlowStateMachine(IStateMachine inner, SimulatedWorld world, SeededRandom random, Func<TimeSpan> delay) : IStateMachine
{
    private readonly Stack<SimulatedCompletion<bool>> _completions = new();

    public long AppliedIndex => inner.AppliedIndex;

    public bool MayBlock => inner.MayBlock;

    public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        TimeSpan takes = delay();
        return takes == TimeSpan.Zero && random.Chance(0.5) ? inner.ApplyAsync(batch, stopping) : ApplyLaterAsync(batch, takes, stopping);
    }

    private async ValueTask ApplyLaterAsync(CommittedBatch batch, TimeSpan takes, CancellationToken stopping)
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
        await inner.ApplyAsync(batch, stopping).ConfigureAwait(false);
    }
}
