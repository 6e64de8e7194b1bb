namespace Raft.Testing;

/// <summary>A network with nothing on it, for <see cref="TransportContract"/>: it makes transports that can reach each other.</summary>
public abstract class TransportSubject : ContractSubject
{
    /// <summary>
    /// The most payload bytes that a single message must be able to carry. Default 1 MiB. Less for a transport that has a limit: its
    /// nodes must then set both <see cref="RaftNodeOptions.MaximumMessageBytes"/> and <see cref="RaftNodeOptions.SnapshotChunkBytes"/>
    /// to this value or less. Otherwise a follower that needs a snapshot never receives it.
    /// </summary>
    public virtual int LargestMessage => 1_024 * 1_024;

    /// <summary>
    /// Whether messages may be sent from any thread. True unless said otherwise; false for what lives in a simulated world.
    /// </summary>
    public virtual bool CanSendFromAnyThread => true;

    /// <summary>
    /// Describes a member, so that the transports of the others can reach it. Called once for each, before any transport is made.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <returns>The member: with an address, if the transport uses addresses. The default has none.</returns>
    public virtual RaftMember CreateMember(NodeId id) => new(id);

    /// <summary>Makes the transport of a member.</summary>
    /// <param name="self">The member, as <see cref="CreateMember"/> has made it.</param>
    /// <returns>The transport, not started.</returns>
    public abstract ITransport CreateTransport(RaftMember self);
}
