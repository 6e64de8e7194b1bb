using System.Diagnostics;

namespace Raft.Testing;

/// <summary>
/// A user's state machine on a simulated node. Its answers are compared with those of the other nodes, and it must not await anything
/// outside the simulation.
/// </summary>
internal sealed class ObservedStateMachine(IStateMachine inner, NodeId node, ResultAgreement results)
    : ResultObserver, IStateMachine, IStateDigest
{
    private static readonly TimeSpan ReturnTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The user's state machine.</summary>
    public IStateMachine Inner => inner;

    public long AppliedIndex => inner.AppliedIndex;

    public bool MayBlock => inner.MayBlock;

    public ulong? Digest => (inner as IStateDigest)?.Digest;

    public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        batch.Observer = this;
        results.NoteCommands(batch);
        ValueTask applying = inner.ApplyAsync(batch, stopping);
        if (!applying.IsCompleted)
        {
            return Escaped(applying.AsTask());
        }

        if (applying.IsCompletedSuccessfully && Digest is { } digest)
        {
            results.ObserveDigest(node, batch.Context(batch.Count - 1).Index, digest);
        }

        return applying;
    }

    public ISnapshotCapture? Capture() => inner.Capture();

    public async ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
    {
        await inner.RestoreAsync(snapshot, lastIncludedIndex, cancellationToken).ConfigureAwait(false);
        if (Digest is { } digest)
        {
            results.ObserveRestored(node, lastIncludedIndex, digest);
        }
    }

    public override void OnCompleted(long index, ReadOnlyMemory<byte> result) => results.Observe(node, index, result.Span, rejection: null);

    public override void OnRejected(long index, string reason) => results.Observe(node, index, default, reason);

    /// <summary>
    /// Reports a state machine that awaits something outside the simulation. It continues in real time, on another thread; the stack
    /// trace there shows what it awaited, so this step waits for it.
    /// </summary>
    private ValueTask Escaped(Task applying)
    {
        string? returnFrame = null;
        applying.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(
            () => Volatile.Write(ref returnFrame, UserFrame.Describe(new StackTrace(fNeedFileInfo: true))));
        SpinWait.SpinUntil(() => Volatile.Read(ref returnFrame) is not null, ReturnTimeout);
        string way = Volatile.Read(ref returnFrame) is { } seen ? $"It came back on another thread, {seen}" : "It has not come back within "
            + $"{ReturnTimeout.TotalSeconds:0} s of real time";
        results.Report(
            $"ESCAPED: {inner.GetType().FullName}.{nameof(ApplyAsync)} on {node} awaits something that is not simulated, such as "
                + $"Task.Run, Task.Delay, a timer or IO. {way}. In a simulation a state machine applies its batch before it returns.");
        return new ValueTask(new TaskCompletionSource().Task); // the run is over
    }
}
