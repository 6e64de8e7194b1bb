namespace Raft.Testing;

/// <summary>A state machine that applies commands one at a time, outside a cluster, and its answers.</summary>
internal sealed class MachineReplay<TCommand, TResult>(StateMachine<TCommand, TResult> machine) : ResultObserver
{
    private readonly CommittedBatch _batch = new();
    private readonly PendingProposals _nobody = new();
    private readonly ResumeBatchPool _resume = new(PoolScheduler.Shared);
    private MachineAnswer? _answer;

    /// <summary>Applies a command.</summary>
    /// <param name="index">Its index in the log.</param>
    /// <param name="entry">The command, with its term and time.</param>
    /// <returns>What the machine answers.</returns>
    public MachineAnswer Apply(long index, LogEntry entry)
    {
        _answer = null;
        _batch.Fill(index, new[] { entry }, _nobody, _resume.Rent());
        _batch.Observer = this;
        ValueTask applying = ((IStateMachine)machine).ApplyAsync(_batch, CancellationToken.None);
        if (!applying.IsCompleted)
        {
            throw new InvalidOperationException(
                $"{machine.GetType().Name} has not applied its batch when it returned. To be its own model, it must not await anything.");
        }

        applying.GetAwaiter().GetResult();
        _batch.Finish(metrics: null);
        return _answer ?? new MachineAnswer([], Rejection: null);
    }

    public override void OnCompleted(long index, ReadOnlyMemory<byte> result) =>
        _answer = new MachineAnswer(result.ToArray(), Rejection: null);

    public override void OnRejected(long index, string reason) => _answer = new MachineAnswer([], reason);
}

/// <summary>What a state machine answered to a command: a result, or why it rejected it.</summary>
internal sealed record MachineAnswer(byte[] Result, string? Rejection)
{
    public bool IsSame(MachineAnswer other) =>
        Result.AsSpan().SequenceEqual(other.Result) && string.Equals(Rejection, other.Rejection, StringComparison.Ordinal);
}
