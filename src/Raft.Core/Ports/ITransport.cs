namespace Raft;

/// <summary>
/// Carries messages from one node to the others, one way and without promises: messages may be lost, duplicated, delayed
/// and reordered, and Raft copes. One instance serves one node.
/// </summary>
/// <remarks>
/// <para><see cref="MessageCodec"/> turns messages into bytes and back, so that a transport over any wire needs only to
/// move byte arrays.</para>
/// <para>A transport must not read or keep memory of a message after it was delivered, and must never reuse the memory of
/// one that it handed to <see cref="IMessageReceiver.Receive"/>: the log keeps it.</para>
/// </remarks>
public interface ITransport
{
    /// <summary>
    /// Whether messages can come from outside this process, which is assumed unless said otherwise. A node with an
    /// in-memory log refuses such a transport unless its options allow volatile storage: after a restart, the others would
    /// meet a node that has forgotten its vote.
    /// </summary>
    bool LeavesProcess => true;

    /// <summary>Starts to receive. Called once, before the first <see cref="Send"/>; after a stop it may be called again.</summary>
    /// <param name="receiver">The node; knows the id to listen for.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>Completes when messages can arrive.</returns>
    ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a message, or drops it. Never blocks and never throws: the node's worker calls it. A transport that cannot send
    /// as fast as this is called drops messages beyond a bound, and best counts them.
    /// </summary>
    /// <param name="to">The destination; its address comes along.</param>
    /// <param name="message">The message.</param>
    void Send(RaftMember to, RaftMessage message);

    /// <summary>Stops. When it completes, nothing is received any more.</summary>
    /// <param name="cancellationToken">Gives up waiting, not stopping.</param>
    /// <returns>Completes when it has stopped.</returns>
    ValueTask StopAsync(CancellationToken cancellationToken);
}

/// <summary>The end of a node at which a transport delivers messages.</summary>
/// <remarks>All members may be called on any thread.</remarks>
public interface IMessageReceiver
{
    /// <summary>The node's id.</summary>
    NodeId NodeId { get; }

    /// <summary>
    /// Delivers a message. Returns at once; beyond the node's limit of waiting messages it is dropped and counted. One that
    /// is not for this node and its cluster is dropped as well.
    /// </summary>
    /// <param name="message">The message; it and all memory it refers to belong to the node from now on.</param>
    void Receive(RaftMessage message);
}
