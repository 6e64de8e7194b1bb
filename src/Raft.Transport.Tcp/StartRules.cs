namespace Raft.Transport.Tcp;

/// <summary>What must hold before a node uses the network.</summary>
internal static class StartRules
{
    /// <summary>The address at which a node listens.</summary>
    /// <exception cref="TcpTransportException">It has none, or it is not an address.</exception>
    public static TcpAddress FindListenAddress(TcpTransportOptions options, IMessageReceiver receiver)
    {
        string? text = options.Listen ?? receiver.Members.FirstOrDefault(member => member.NodeId == receiver.NodeId)?.Address;
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new TcpTransportException(
                $"Node {receiver.NodeId} has no address to listen at: give it one in {nameof(RaftNodeOptions.Members)}, such as "
                + $"\"{receiver.NodeId}=127.0.0.1:7001\", or set {nameof(TcpTransportOptions)}.{nameof(TcpTransportOptions.Listen)}.");
        }

        return TcpAddress.TryParse(text, out TcpAddress? address)
            ? address
            : throw new TcpTransportException($"Node {receiver.NodeId} cannot listen: {DescribeInvalid(text)}.");
    }

    /// <summary>Requires that all addresses are loopback addresses, or that plaintext is allowed everywhere.</summary>
    /// <exception cref="TcpTransportException">It is not allowed.</exception>
    public static void RequireLoopback(TcpTransportOptions options, TcpAddress listen, IMessageReceiver receiver, Action onAllowed)
    {
        string? outside = listen.IsLoopback ? null : listen.ToString();
        foreach (RaftMember member in receiver.Members)
        {
            if (outside is null && TcpAddress.TryParse(member.Address, out TcpAddress? address) && !address.IsLoopback)
            {
                outside = $"{member.Id} at {address}";
            }
        }

        if (outside is null)
        {
            return;
        }

        if (!options.AllowPlaintext)
        {
            throw new TcpTransportException(
                $"Node {receiver.NodeId} would use the network without TLS, because of {outside}, which is not a loopback address: anyone "
                + $"who reaches its port could change the cluster. Set {nameof(TcpTransportOptions)}.{nameof(TcpTransportOptions.Tls)}, or "
                + $"{nameof(TcpTransportOptions.AllowPlaintext)} if that is acceptable.");
        }

        onAllowed();
    }

    public static string DescribeInvalid(string text) =>
        $"'{text}' is not an address: write a host and a port, such as 10.0.0.1:7001, [::1]:7001 or n1.example.org:7001";
}
