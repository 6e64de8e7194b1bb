namespace Raft;

/// <summary>A state machine with a typed proposer, which it can make without anybody naming the types.</summary>
internal interface IProposedThrough
{
    /// <summary>Makes the proposer for the node that this state machine serves.</summary>
    object CreateProposer(RaftNode node);
}

/// <summary>
/// Tells the type of a state machine's proposer by reflection over its interfaces: ahead-of-time compilation forbids to
/// put <see cref="IProposer{TCommand, TResult}"/> together from its arguments at run time, so the type carries it whole.
/// </summary>
/// <typeparam name="TProposer">The proposer's type.</typeparam>
internal interface IProposedThrough<TProposer> : IProposedThrough;
