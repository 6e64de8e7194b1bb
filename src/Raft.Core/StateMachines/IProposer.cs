namespace Raft;

/// <summary>Proposes typed commands and returns typed results. Use it in application code, and replace it in tests.</summary>
/// <typeparam name="TCommand">The command type of the <see cref="StateMachine{TCommand, TResult}"/>.</typeparam>
/// <typeparam name="TResult">Its result type.</typeparam>
public interface IProposer<TCommand, TResult>
{
    /// <summary>Proposes a command to the cluster, through this node. Safe to call from any thread.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting. The command may still take effect.</param>
    /// <returns>The state machine's result, once the command is committed and applied on this node. Await it once only.</returns>
    /// <exception cref="ProposalRefusedException">It certainly did not enter the log. It is safe to propose it again.</exception>
    /// <exception cref="OutcomeUnknownException">It may be applied or not.</exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled. The command may still take effect.</exception>
    ValueTask<TResult> ProposeAsync(TCommand command, CancellationToken cancellationToken = default);
}
