namespace Raft;

/// <summary>The transport of one node on an <see cref="InMemoryNetwork"/>: adds each message to the list of its destination.</summary>
/// <param name="network">The network that its node shares with the others.</param>
public sealed class InMemoryTransport(InMemoryNetwork network) : InProcessTransport(network);
