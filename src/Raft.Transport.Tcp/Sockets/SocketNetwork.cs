using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp;

/// <summary>Connections over sockets.</summary>
internal sealed class SocketNetwork : INetwork
{
    private const int Backlog = 512;

    public async ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        IPAddress[] candidates = await ResolveAsync(address, cancellationToken).ConfigureAwait(false);
        SocketException? failure = null;
        foreach (IPAddress candidate in candidates)
        {
            Socket socket = new(candidate.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(candidate, address.Port), cancellationToken).ConfigureAwait(false);
                return new SocketStream(socket);
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                failure = exception;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw Explain(address, failure);
    }

    public async ValueTask<IConnectionListener> ListenAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        IPAddress ip;
        try
        {
            ip = (await ResolveAsync(address, cancellationToken).ConfigureAwait(false))[0];
        }
        catch (PeerException exception)
        {
            throw new TcpTransportException(
                $"The transport cannot listen at {address}: the name cannot be resolved. Correct the address of the node in Members, or "
                + $"set {nameof(TcpTransportOptions.Listen)} to an address of this machine, such as 0.0.0.0:{address.Port}.",
                exception);
        }

        Socket socket = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(ip, address.Port));
            socket.Listen(Backlog);
            return new SocketListener(socket, address);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            string remedy = exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another process listens there: stop it, or change the port",
                SocketError.AddressNotAvailable =>
                    $"this machine does not have that address: set {nameof(TcpTransportOptions.Listen)} to one that it has, such as "
                    + $"0.0.0.0:{address.Port}",
                SocketError.AccessDenied => "the process may not use that port: choose one above 1023",
                _ => exception.Message.TrimEnd('.'),
            };
            throw new TcpTransportException($"The transport cannot listen at {address}: {remedy}.", exception);
        }
    }

    private static async ValueTask<IPAddress[]> ResolveAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(address.Host, out IPAddress? literal))
        {
            return [literal];
        }

        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(address.Host, cancellationToken).ConfigureAwait(false);

            // IPv4 first: a name such as localhost has both on most machines, and a listener binds only the first.
            return found.Length > 0
                ? [.. found.OrderBy(static ip => ip.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)]
                : throw new PeerException(
                    PeerProblemKind.NameNotFound, $"the name {address.Host} has no address: check it, or wait for DNS");
        }
        catch (SocketException exception)
        {
            throw new PeerException(
                PeerProblemKind.NameNotFound,
                $"the name {address.Host} cannot be resolved: check the address of the member, or wait for DNS",
                exception);
        }
    }

    private static PeerException Explain(TcpAddress address, SocketException? exception) => exception?.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new PeerException(
            PeerProblemKind.NobodyListens, $"nobody listens at {address}: start the node, or correct its address", exception),
        SocketError.TimedOut => new PeerException(
            PeerProblemKind.TimedOut, $"{address} does not answer: check the network and its firewalls", exception),
        _ => new PeerException(
            PeerProblemKind.NotReached,
            $"{address} cannot be reached: {exception?.Message.TrimEnd('.') ?? "it has no address"}; check the network and the address",
            exception),
    };
}
