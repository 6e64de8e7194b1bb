namespace Raft;

/// <summary>
/// A replicated state with typed commands and results: derive from it, keep the state in fields, and change it in
/// <see cref="Apply"/> only.
/// </summary>
/// <typeparam name="TCommand">What clients propose.</typeparam>
/// <typeparam name="TResult">What they receive.</typeparam>
/// <param name="commands">Encodes commands for the log.</param>
/// <param name="results">Encodes results for callers that want bytes.</param>
/// <remarks>
/// Be deterministic, as <see cref="IStateMachine"/> says. One instance serves one node: every node, also one that takes
/// another's place over the same log store, needs a new instance, since the log is applied to it from the start.
/// </remarks>
public abstract class StateMachine<TCommand, TResult>(ICodec<TCommand> commands, ICodec<TResult> results)
    : IStateMachine, ICommandChecker, IHasProposer<IProposer<TCommand, TResult>>
{
    private int _isClaimed;

    /// <summary>Encodes commands for the log.</summary>
    internal ICodec<TCommand> Commands { get; } = commands ?? throw new ArgumentNullException(nameof(commands));

    /// <summary>Encodes results for callers that want bytes.</summary>
    internal ICodec<TResult> Results { get; } = results ?? throw new ArgumentNullException(nameof(results));

    Type ICommandChecker.CommandType => typeof(TCommand);

    object IHasProposer.CreateProposer(RaftNode node) => node.CreateProposer<TCommand, TResult>();

    bool ICommandChecker.TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;

    ValueTask IStateMachine.ApplyAsync(CommittedBatch batch, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (int position = 0; position < batch.Count; position++)
        {
            CommandContext context = batch.Context(position);
            TResult result;
            try
            {
                result = Apply(Commands.Read(batch.Command(position)), in context);
            }
            catch (CommandRejectedException rejection)
            {
                batch.Reject(position, rejection);
                continue;
            }

            batch.Complete(position, result, Results);
        }

        return ValueTask.CompletedTask;
    }

    ISnapshotCapture? IStateMachine.Capture() => Capture();

    ValueTask IStateMachine.RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken) => RestoreAsync(snapshot, cancellationToken);

    void ICommandChecker.Check(ReadOnlyMemory<byte> command)
    {
        if (Commands.Read(command) is null)
        {
            throw new FormatException("They stand for null."); // as JSON's null does: no Apply expects it, and every node would fail on it
        }
    }

    /// <summary>
    /// Applies one command. Called for each committed command, in order, on every node, by one thread at a time and never
    /// beside a read.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="context">Where it stands in the log, and the only time that may be used.</param>
    /// <returns>The result for the proposer.</returns>
    /// <exception cref="CommandRejectedException">Throw it to refuse the command, before any state has changed. Anything else that is thrown stops the node.</exception>
    protected abstract TResult Apply(TCommand command, in CommandContext context);

    /// <summary>
    /// Captures the state as it is now, so that the log before it can be dropped. Called between two commands, which wait for it:
    /// share what never changes, copy what does. <see cref="SnapshotCapture"/> makes the usual captures. Override this and
    /// <see cref="RestoreAsync"/>, or neither.
    /// </summary>
    /// <returns>The capture. Null (the default) if the state machine has no snapshots: then its node's log grows for ever.</returns>
    protected virtual ISnapshotCapture? Capture() => null;

    /// <summary>Replaces the whole state by that of a snapshot. Never beside <see cref="Apply"/> or a read.</summary>
    /// <param name="snapshot">What a capture wrote, here or on another node; its length is known.</param>
    /// <param name="cancellationToken">Set when the node stops.</param>
    /// <returns>Completes when the state is that of the snapshot. An exception stops the node.</returns>
    /// <exception cref="NotSupportedException">It is not overridden.</exception>
    protected virtual ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} captures no snapshots and so restores none: override {nameof(Capture)} and {nameof(RestoreAsync)}, on all nodes.");
}

/// <summary>Lets a node refuse bytes that are no command at its edge, before they enter the log and stop every node that applies them.</summary>
internal interface ICommandChecker
{
    /// <summary>The type of the commands.</summary>
    Type CommandType { get; }

    /// <summary>Claims the state machine for a node; false if it serves, or has served, another.</summary>
    bool TryClaim();

    /// <summary>Throws if the bytes are no command.</summary>
    void Check(ReadOnlyMemory<byte> command);
}
