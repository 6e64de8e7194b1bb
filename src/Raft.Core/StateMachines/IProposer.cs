namespace Raft;

/// <summary>Proposes commands of a type and yields results of a type: the face to take into application code, and to replace in its tests.</summary>
/// <typeparam name="TCommand">The commands of the <see cref="StateMachine{TCommand, TResult}"/>.</typeparam>
/// <typeparam name="TResult">Its results.</typeparam>
public interface IProposer<TCommand, TResult>
{
    /// <summary>Proposes a command to the cluster, through this node. Safe to call from any thread.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Stops waiting. The command may take effect all the same.</param>
    /// <returns>The state machine's result, once the command is committed and applied on this node. Await it once.</returns>
    /// <exception cref="ProposalRefusedException">It surely did not enter the log: safe to propose again.</exception>
    /// <exception cref="OutcomeUnknownException">It may be applied or not.</exception>
    /// <exception cref="CommandRejectedException">The state machine refused it.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the command may have happened.</exception>
    ValueTask<TResult> ProposeAsync(TCommand command, CancellationToken cancellationToken = default);
}
