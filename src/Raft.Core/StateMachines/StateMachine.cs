namespace Raft;

/// <summary>
/// A replicated state with typed commands and results. Derive from it, keep the state in fields, and change the state only in
/// <see cref="Apply"/>.
/// </summary>
/// <typeparam name="TCommand">The type of the commands.</typeparam>
/// <typeparam name="TResult">The type of the results.</typeparam>
/// <param name="commands">Encodes commands for the log.</param>
/// <param name="results">Encodes results for callers that propose bytes.</param>
/// <remarks>
/// It must be deterministic, as described for <see cref="IStateMachine"/>. One instance serves one node. Every <see cref="RaftNode"/>
/// needs a new instance, even if it replaces another one over the same log store, since the log is applied from the start.
/// </remarks>
public abstract class StateMachine<TCommand, TResult>(ICodec<TCommand> commands, ICodec<TResult> results)
    : IStateMachine, ICommandChecker, IHasProposer<IProposer<TCommand, TResult>>
{
    private int _isClaimed;

    /// <summary>Encodes commands for the log.</summary>
    internal ICodec<TCommand> Commands { get; } = commands ?? throw new ArgumentNullException(nameof(commands));

    /// <summary>Encodes results for callers that propose bytes.</summary>
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

    ValueTask IStateMachine.RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken) =>
        RestoreAsync(snapshot, cancellationToken);

    void ICommandChecker.Check(ReadOnlyMemory<byte> command)
    {
        TCommand read = Commands is CommandCodec<TCommand> codec ? codec.ReadProposed(command) : Commands.Read(command);
        if (read is null)
        {
            // Such as null in JSON. Apply does not expect it, and every node would fail.
            throw new FormatException("They are the encoding of null.");
        }
    }

    /// <summary>
    /// Applies one command. Called for each committed command, in order, on every node, by one thread at a time and never at the same
    /// time as a read.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="context">Its position in the log, and the only time that may be used.</param>
    /// <returns>The result for the proposer.</returns>
    /// <exception cref="CommandRejectedException">
    /// Throw it to refuse the command, before any state has changed. Any other exception stops the node.
    /// </exception>
    protected abstract TResult Apply(TCommand command, in CommandContext context);

    /// <summary>
    /// Captures the current state, so that the log up to here can be dropped. Called between two commands. The next command waits for it:
    /// share what never changes, and copy what does. <see cref="SnapshotCapture"/> creates the usual captures. Override both this and
    /// <see cref="RestoreAsync"/>, or neither.
    /// </summary>
    /// <returns>
    /// The capture. Null (the default) if the state machine does not support snapshots; the log then grows without bound.
    /// </returns>
    protected virtual ISnapshotCapture? Capture() => null;

    /// <summary>
    /// Replaces the whole state by the state of a snapshot. Never called at the same time as <see cref="Apply"/> or a read.
    /// </summary>
    /// <param name="snapshot">The bytes that a capture wrote, on this or another node. Its length is known.</param>
    /// <param name="cancellationToken">Set when the node stops.</param>
    /// <returns>Completes when the state is replaced. An exception stops the node.</returns>
    /// <exception cref="NotSupportedException">It is not overridden.</exception>
    protected virtual ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
        throw new NotSupportedException(
            $"{GetType().Name} cannot restore a snapshot: override both {nameof(Capture)} and {nameof(RestoreAsync)}, on all nodes.");
}

/// <summary>
/// Lets a node refuse bytes that are not a command before they enter the log, where they would stop every node that applies
/// them.
/// </summary>
internal interface ICommandChecker
{
    /// <summary>The type of the commands.</summary>
    Type CommandType { get; }

    /// <summary>Claims the state machine for a node. Returns false if it serves, or has served, another node.</summary>
    bool TryClaim();

    /// <summary>Throws if the bytes are not a command.</summary>
    void Check(ReadOnlyMemory<byte> command);
}
