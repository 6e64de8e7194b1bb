using System.Text;

namespace Raft;

/// <content>Proposals: from the caller to the worker's mailbox.</content>
public sealed partial class RaftNode
{
    /// <summary>A proposal may be appended in any term. No node leads term 0.</summary>
    private const long AnyTerm = 0;

    /// <summary>Proposes a string, as UTF-8. See <see cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting. The command may still take effect.</param>
    /// <returns>Where it was committed, and the state machine's result, once it is applied on this node. Await it once.</returns>
    /// <exception cref="ArgumentException">
    /// The state machine takes commands of another type, and the string does not decode to one.
    /// </exception>
    /// <exception cref="ProposalRefusedException">It certainly did not enter the log: safe to propose again.</exception>
    /// <exception cref="OutcomeUnknownException">It may be applied or not.</exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the command may have happened.</exception>
    public ValueTask<Committed> ProposeAsync(string command, CancellationToken cancellationToken = default) =>
        ProposeAsync(command, term: AnyTerm, cancellationToken);

    internal ValueTask<Committed> ProposeAsync(string command, long term, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        byte[] data = Encoding.UTF8.GetBytes(command);
        if (_settings.StateMachine is ICommandChecker { CommandType: { } type } checker && type != typeof(string))
        {
            Check(checker, data);
        }

        return Propose(data, term, _sources.Committed, cancellationToken);
    }

    /// <summary>Proposes bytes, which are copied. See <see cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.</summary>
    /// <param name="command">The command; copied, so the caller may reuse its memory.</param>
    /// <param name="cancellationToken">Stops waiting. The command may still take effect.</param>
    /// <returns>Where it was committed, and the state machine's result, once it is applied on this node. Await it once.</returns>
    /// <exception cref="ArgumentException">The bytes are not a command of the state machine.</exception>
    /// <exception cref="UnknownCommandException">A later version of the program encoded them.</exception>
    /// <exception cref="ProposalRefusedException">It certainly did not enter the log: safe to propose again.</exception>
    /// <exception cref="OutcomeUnknownException">It may be applied or not.</exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the command may have happened.</exception>
    public ValueTask<Committed> ProposeAsync(ReadOnlySpan<byte> command, CancellationToken cancellationToken = default) =>
        ProposeAsync(new ReadOnlyMemory<byte>(command.ToArray()), cancellationToken);

    /// <summary>
    /// Proposes a command: appended to the leader's log, replicated, committed once a majority holds it durably, then
    /// applied (sections 5.3 and 8). This node must lead; it does not forward.
    /// </summary>
    /// <param name="command">The command; its memory belongs to the log from now on and must never change again.</param>
    /// <param name="cancellationToken">
    /// Stops waiting. A command that has not entered the log yet is withdrawn; one that has may still take effect.
    /// </param>
    /// <returns>Where it was committed, and the state machine's result, once it is applied on this node. Await it once.</returns>
    /// <exception cref="ArgumentException">The bytes are not a command of the state machine.</exception>
    /// <exception cref="UnknownCommandException">A later version of the program encoded them.</exception>
    /// <exception cref="NotLeaderException">Another node leads, or none.</exception>
    /// <exception cref="OverloadedException">Too much is waiting already.</exception>
    /// <exception cref="CommandTooLargeException">It exceeds <see cref="RaftNodeOptions.MaximumCommandBytes"/>.</exception>
    /// <exception cref="NodeStoppedException">
    /// The node is not running. This and the three before derive from <see cref="ProposalRefusedException"/>: the command certainly did not
    /// enter the log.
    /// </exception>
    /// <exception cref="OutcomeUnknownException">
    /// Leadership was lost, or the node ended, after the command had entered the log: it may be applied or not.
    /// </exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the command may have happened.</exception>
    public ValueTask<Committed> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
        ProposeAsync(command, term: AnyTerm, cancellationToken);

    internal ValueTask<Committed> ProposeAsync(ReadOnlyMemory<byte> command, long term, CancellationToken cancellationToken)
    {
        if (_settings.StateMachine is ICommandChecker checker)
        {
            Check(checker, command);
        }

        return Propose(command, term, _sources.Committed, cancellationToken);
    }

    /// <summary>Creates a typed proposer for the node's state machine.</summary>
    /// <typeparam name="TCommand">Its commands.</typeparam>
    /// <typeparam name="TResult">Its results.</typeparam>
    /// <returns>The proposer; keep it, it is safe to share.</returns>
    /// <exception cref="InvalidOperationException">The node's state machine has other commands or results.</exception>
    public IProposer<TCommand, TResult> CreateProposer<TCommand, TResult>() => CreateProposer<TCommand, TResult>(term: AnyTerm);

    internal IProposer<TCommand, TResult> CreateProposer<TCommand, TResult>(long term)
    {
        if (_settings.StateMachine is not StateMachine<TCommand, TResult> machine)
        {
            throw new InvalidOperationException(
                $"Node {Id} has the state machine {_settings.StateMachine.GetType().Name}, which is not a "
                + $"{nameof(StateMachine<,>)}<{typeof(TCommand).Name}, {typeof(TResult).Name}>: use the types that it derives from.");
        }

        CompletionSourcePool<TResult> pool = new(_settings.Scheduler, _sources.Live);
        return new TypedProposer<TCommand, TResult>(this, term, machine.Commands, pool);
    }

    private void Check(ICommandChecker checker, ReadOnlyMemory<byte> command)
    {
        try
        {
            checker.Check(command);
        }
        catch (UnknownCommandException)
        {
            _metrics?.CountProposals(ProposalOutcomeTags.Invalid);
            throw; // it names the command, and what to do
        }
        // Any other exception of the user's codec means that these bytes are not a command.
        catch (Exception exception)
        {
            _metrics?.CountProposals(ProposalOutcomeTags.Invalid);
            throw new ArgumentException(
                $"These bytes are not a {checker.CommandType.Name} of the state machine: {exception.Message.TrimEnd('.')}. "
                + $"Propose through {nameof(CreateProposer)}<,>(), which encodes commands itself.",
                nameof(command),
                exception);
        }
    }

    /// <param name="command">The command.</param>
    /// <param name="term">The only term in which it may be appended; or <see cref="AnyTerm"/>.</param>
    /// <param name="pool">The pool of what the caller awaits.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    private ValueTask<T> Propose<T>(
        ReadOnlyMemory<byte> command, long term, CompletionSourcePool<T> pool, CancellationToken cancellationToken) =>
        CommandActivities.HasListeners
            ? ProposeTraced(command, term, pool, cancellationToken)
            : ProposeUntraced(command, term, pool, cancellationToken);

    /// <summary>Separate from <see cref="Propose"/>, which would otherwise allocate the lambda's closure for every proposal.</summary>
    private ValueTask<T> ProposeTraced<T>(
        ReadOnlyMemory<byte> command, long term, CompletionSourcePool<T> pool, CancellationToken cancellationToken) =>
        _settings.Activities.ProposeAsync(command, traced => ProposeUntraced(traced, term, pool, cancellationToken));

    private ValueTask<T> ProposeUntraced<T>(
        ReadOnlyMemory<byte> command, long term, CompletionSourcePool<T> pool, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _metrics?.CountProposals(ProposalOutcomeTags.Cancelled);
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        if (command.Length > _settings.MaximumCommandBytes)
        {
            _metrics?.CountProposals(ProposalOutcomeTags.Refused);
            return ValueTask.FromException<T>(new CommandTooLargeException(
                $"The command has {command.Length} bytes, and {nameof(RaftNodeOptions.MaximumCommandBytes)} is "
                + $"{_settings.MaximumCommandBytes}. Keep large data elsewhere and propose a reference to it, or raise the limit on every "
                + "node."));
        }

        if (_lives.Running is not { } life) // one that only answers handlers never leads
        {
            _metrics?.CountProposals(ProposalOutcomeTags.Refused);
            return ValueTask.FromException<T>(Stopped());
        }

        CompletionSource<T> source = pool.Rent(cancellationToken);
        ValueTask<T> task = source.Task;
        PendingCaller caller = source.Caller;
        PostOutcome outcome = life.Worker.Post(new Proposal(caller, command, term));
        if (outcome != PostOutcome.Posted)
        {
            bool refused = caller.Fail(Refusal(outcome));
            _metrics?.CountProposals(refused ? ProposalOutcomeTags.Refused : ProposalOutcomeTags.Cancelled);
        }

        return task;
    }

    private ProposalRefusedException Refusal(PostOutcome outcome) => outcome == PostOutcome.Full
        ? new OverloadedException(
            $"{_settings.MaximumPendingProposals} proposals wait already, as many as "
            + $"{nameof(RaftNodeOptions.MaximumPendingProposals)} allows: propose again when some are done.")
        : Stopped();

    private sealed class TypedProposer<TCommand, TResult>(
        RaftNode node, long term, ICodec<TCommand> commands, CompletionSourcePool<TResult> pool)
        : IProposer<TCommand, TResult>
    {
        public ValueTask<TResult> ProposeAsync(TCommand command, CancellationToken cancellationToken = default)
        {
            if (command is null)
            {
                throw new ArgumentNullException(nameof(command)); // ThrowIfNull would box a command that is a struct
            }

            return node.Propose(Codec.Encode(commands, command), term, pool, cancellationToken);
        }
    }
}
