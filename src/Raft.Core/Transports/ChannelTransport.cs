namespace Raft;

/// <summary>The transport of one node on a <see cref="ChannelNetwork"/>: writes each message into the channel of its destination.</summary>
/// <param name="network">The network that its node shares with the others.</param>
public sealed class ChannelTransport(ChannelNetwork network) : InProcessTransport(network);
