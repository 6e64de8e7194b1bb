namespace Raft;

/// <summary>A state machine with a typed proposer, which it creates itself, since it knows the types.</summary>
internal interface IHasProposer
{
    /// <summary>Creates the proposer for the node that this state machine serves.</summary>
    object CreateProposer(RaftNode node);
}

/// <summary>
/// Names the type of a state machine's proposer, to be found by reflection over its interfaces. Ahead-of-time compilation does
/// not support putting <see cref="IProposer{TCommand, TResult}"/> together from its type arguments at run time.
/// </summary>
/// <typeparam name="TProposer">The proposer's type.</typeparam>
internal interface IHasProposer<TProposer> : IHasProposer;
