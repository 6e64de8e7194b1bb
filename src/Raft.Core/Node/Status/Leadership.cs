namespace Raft;

/// <summary>A node's leadership of one term.</summary>
/// <param name="Term">The term: grows with every change of leader, so it fences off what an earlier leader may still do.</param>
/// <param name="Lost">
/// Cancelled when the node knows that it no longer leads this term, and before it hands over its leadership or stops. Another node may have
/// been elected shortly before. Callbacks that are registered on it must not throw: that ends the process, like any unhandled exception.
/// </param>
public sealed record Leadership(long Term, CancellationToken Lost)
{
    /// <summary>The node that leads; null if the object was made by a program, such as a test.</summary>
    internal RaftNode? Node { get; init; }

    /// <summary>
    /// Cancelled just before <see cref="Lost"/>. Only this library registers callbacks on it, so none blocks. Not cancelled if the object
    /// was made by a program.
    /// </summary>
    internal CancellationToken Ended { get; init; }

    private RaftNode Owner => Node ?? throw new InvalidOperationException(
        $"This {nameof(Leadership)} was not returned by a node, so it cannot propose. Get one with "
        + $"{nameof(RaftNode.WaitForLeadershipAsync)}.");

    /// <summary>
    /// Proposes a string, as UTF-8, in this term only. See <see cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting. The command may still take effect.</param>
    /// <returns>Where it was committed, and the state machine's result, once it is applied on this node. Await it once.</returns>
    /// <exception cref="ArgumentException">
    /// The state machine takes commands of another type, and the string does not decode to one.
    /// </exception>
    /// <exception cref="LeadershipLostException">
    /// The node no longer leads this term. The command certainly did not enter the log, and this object will never propose it.
    /// </exception>
    /// <exception cref="ProposalRefusedException">It certainly did not enter the log.</exception>
    /// <exception cref="OutcomeUnknownException">It may be applied or not.</exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the command may have happened.</exception>
    /// <exception cref="InvalidOperationException">This object was not returned by a node.</exception>
    public ValueTask<Committed> ProposeAsync(string command, CancellationToken cancellationToken = default) =>
        Owner.ProposeAsync(command, Term, cancellationToken);

    /// <summary>
    /// Proposes bytes, which are copied, in this term only. See <see cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.
    /// </summary>
    /// <param name="command">The command; copied, so the caller may reuse its memory.</param>
    /// <param name="cancellationToken">Stops waiting. The command may still take effect.</param>
    /// <returns>Where it was committed, and the state machine's result, once it is applied on this node. Await it once.</returns>
    /// <exception cref="ArgumentException">The bytes are not a command of the state machine.</exception>
    /// <exception cref="LeadershipLostException">
    /// The node no longer leads this term. The command certainly did not enter the log, and this object will never propose it.
    /// </exception>
    /// <exception cref="ProposalRefusedException">It certainly did not enter the log.</exception>
    /// <exception cref="OutcomeUnknownException">It may be applied or not.</exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the command may have happened.</exception>
    /// <exception cref="InvalidOperationException">This object was not returned by a node.</exception>
    public ValueTask<Committed> ProposeAsync(ReadOnlySpan<byte> command, CancellationToken cancellationToken = default) =>
        ProposeAsync(new ReadOnlyMemory<byte>(command.ToArray()), cancellationToken);

    /// <summary>
    /// Proposes a command like <see cref="RaftNode.ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, but only in this term: a
    /// worker whose leadership is lost, and won again in the meantime, cannot write into the term of its successor.
    /// </summary>
    /// <remarks>
    /// During a transfer of the leadership the command waits or is refused, as <see cref="RaftNodeOptions.ProposalsDuringTransfer"/> says.
    /// After a transfer that failed, the node still leads the same term: the command is appended, although <see cref="Lost"/> is cancelled.
    /// </remarks>
    /// <param name="command">The command; its memory belongs to the log from now on and must never change again.</param>
    /// <param name="cancellationToken">
    /// Stops waiting. A command that has not entered the log yet is withdrawn; one that has may still take effect.
    /// </param>
    /// <returns>Where it was committed, and the state machine's result, once it is applied on this node. Await it once.</returns>
    /// <exception cref="ArgumentException">The bytes are not a command of the state machine.</exception>
    /// <exception cref="LeadershipLostException">
    /// The node no longer leads this term. The command certainly did not enter the log, and this object will never propose it.
    /// </exception>
    /// <exception cref="ProposalRefusedException">It certainly did not enter the log.</exception>
    /// <exception cref="OutcomeUnknownException">It may be applied or not.</exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the command may have happened.</exception>
    /// <exception cref="InvalidOperationException">This object was not returned by a node.</exception>
    public ValueTask<Committed> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
        Owner.ProposeAsync(command, Term, cancellationToken);

    /// <summary>Creates a typed proposer for the node's state machine that proposes in this term only.</summary>
    /// <typeparam name="TCommand">Its commands.</typeparam>
    /// <typeparam name="TResult">Its results.</typeparam>
    /// <returns>
    /// The proposer. Once the node no longer leads this term, it refuses with a <see cref="LeadershipLostException"/>. During a transfer,
    /// and after one that failed, it behaves like <see cref="ProposeAsync(ReadOnlyMemory{byte}, CancellationToken)"/>.
    /// </returns>
    /// <exception cref="InvalidOperationException">
    /// The node's state machine has other commands or results, or this object was not returned by a node.
    /// </exception>
    public IProposer<TCommand, TResult> CreateProposer<TCommand, TResult>() => Owner.CreateProposer<TCommand, TResult>(Term);
}
