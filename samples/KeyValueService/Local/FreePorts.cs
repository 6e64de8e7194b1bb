using System.Net;
using System.Net.Sockets;

namespace KeyValueService.Local;

/// <summary>Finds ports of the loopback interface that nothing listens at.</summary>
internal static class FreePorts
{
    // Below the ports that systems give to outgoing connections, so that none of those takes one before a node listens at it.
    private const int First = 20_000;
    private const int End = 32_000;

    public static Queue<int> Find(int count)
    {
        Queue<int> found = new();
        List<TcpListener> listeners = [];
        try
        {
            for (int port = Random.Shared.Next(First, End); found.Count < count; port = port + 1 < End ? port + 1 : First)
            {
                TcpListener listener = new(IPAddress.Loopback, port) { ExclusiveAddressUse = true };
                if (TryStart(listener))
                {
                    listeners.Add(listener);
                    found.Enqueue(port);
                }
            }

            return found;
        }
        finally
        {
            listeners.ForEach(static listener => listener.Dispose());
        }
    }

    private static bool TryStart(TcpListener listener)
    {
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            listener.Dispose();
            return false;
        }
    }
}
