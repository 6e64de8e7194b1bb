namespace Raft;

/// <summary>
/// Sends messages from one node to the others, one way and without guarantees: messages may be lost, duplicated, delayed and reordered,
/// which Raft tolerates. One instance serves one node.
/// </summary>
/// <remarks>
/// <para><see cref="MessageCodec"/> converts messages to bytes and back, so that a transport over a network only has to send and receive
/// byte arrays.</para>
/// <para>A transport must not read or keep the memory of a message after the message was delivered, and must never reuse the
/// memory of one that it passed to <see cref="IMessageReceiver.Receive"/>: the log keeps it.</para>
/// </remarks>
public interface ITransport
{
    /// <summary>
    /// Whether messages can come from outside this process. Default true. A node with a log in memory refuses such a transport, unless
    /// <see cref="RaftNodeOptions.AllowVolatileStorage"/> is set: after a restart, the other nodes would meet a node that has
    /// lost its vote.
    /// </summary>
    bool LeavesProcess => true;

    /// <summary>Starts to receive. Called once, before the first <see cref="Send"/>. It may be called again after a stop.</summary>
    /// <param name="receiver">The node, with the id to listen for.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>Completes when messages can arrive.</returns>
    ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken);

    /// <summary>
    /// Sends a message, or drops it. It must never block and never throw, since the node's worker calls it. A transport that cannot send as
    /// fast as this is called drops messages beyond a limit, and should count them.
    /// </summary>
    /// <param name="to">The destination, with its address.</param>
    /// <param name="message">The message.</param>
    void Send(RaftMember to, RaftMessage message);

    /// <summary>
    /// Describes why messages to a member do not arrive, for <see cref="RaftStatus.TransportProblems"/> and its explanation. Default: null.
    /// Cheap; it may be called on any thread, before the start and after the stop too.
    /// </summary>
    /// <param name="member">The member.</param>
    /// <returns>What is wrong and what to do, without the member's id and without a period; null if nothing is known to be wrong.</returns>
    string? DescribeProblem(NodeId member) => null;

    /// <summary>Stops. After it has completed, no more messages are received.</summary>
    /// <param name="cancellationToken">Gives up waiting, not stopping.</param>
    /// <returns>Completes when it has stopped.</returns>
    ValueTask StopAsync(CancellationToken cancellationToken);
}

/// <summary>Receives the messages of a node from its transport.</summary>
/// <remarks>All members may be called on any thread.</remarks>
public interface IMessageReceiver
{
    /// <summary>The node's id.</summary>
    NodeId NodeId { get; }

    /// <summary>
    /// Describes the node: its cluster, the identity of that cluster, its store, and how often the store was opened. A transport
    /// announces the node with it. It changes once, when a node that joins learns the identity. Null only for receivers that are not
    /// nodes, such as those of tests.
    /// </summary>
    MessageOrigin? Origin => null;

    /// <summary>
    /// The members in the options of the node, itself included, with their addresses: a transport listens at that of its own node. Empty
    /// for receivers that are not nodes.
    /// </summary>
    IReadOnlyList<RaftMember> Members => [];

    /// <summary>
    /// Delivers a message. Returns immediately. A message beyond <see cref="RaftNodeOptions.MaximumWaitingMessages"/> is dropped and
    /// counted, as is one for another node or cluster.
    /// </summary>
    /// <param name="message">The message. It and all memory that it refers to belong to the node from now on.</param>
    void Receive(RaftMessage message);
}
