using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp;

/// <summary>Connections over sockets.</summary>
internal sealed class SocketNetwork(IClock? clock = null) : INetwork
{
    private const int Backlog = 512;

    /// <summary>The pause that RFC 8305 recommends.</summary>
    private static readonly TimeSpan AttemptPause = TimeSpan.FromMilliseconds(250);

    private readonly IClock _clock = clock ?? SystemClock.Shared;

    public async ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        IPAddress[] candidates = await ResolveAsync(address, cancellationToken).ConfigureAwait(false);
        try
        {
            return await AddressRace.RunAsync(
                candidates,
                (ip, cancellation) => ConnectAsync(new IPEndPoint(ip, address.Port), cancellation),
                PauseAsync,
                cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw Explain(address, exception);
        }
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
            if (ip.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true; // all addresses of the machine, as it says
            }

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

            return found.Length > 0
                ? AddressRace.Order(found)
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

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using IClockTimer timer = _clock.CreateTimer(() => over.TrySetResult());
        timer.Set(_clock.Now + AttemptPause);
        await over.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<SocketStream> ConnectAsync(IPEndPoint end, CancellationToken cancellationToken)
    {
        Socket socket = new(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(end, cancellationToken).ConfigureAwait(false);
            return new SocketStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static PeerException Explain(TcpAddress address, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new PeerException(
            PeerProblemKind.NobodyListens, $"nobody listens at {address}: start the node, or correct its address", exception),
        SocketError.TimedOut => new PeerException(
            PeerProblemKind.TimedOut, $"{address} does not answer: check the network and its firewalls", exception),
        _ => new PeerException(
            PeerProblemKind.NotReached,
            $"{address} cannot be reached: {exception.Message.TrimEnd('.')}; check the network and the address",
            exception),
    };
}
