namespace Raft;

/// <summary>The transport of one node on an <see cref="InMemoryNetwork"/>: puts each message into the list of the node that it is for.</summary>
/// <param name="network">The network that its node shares with the others.</param>
public sealed class InMemoryTransport(InMemoryNetwork network) : InProcessTransport(network);
