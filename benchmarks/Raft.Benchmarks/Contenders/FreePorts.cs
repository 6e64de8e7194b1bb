using System.Net;
using System.Net.Sockets;

namespace Raft.Benchmarks.Contenders;

/// <summary>Finds ports of the loopback that nothing listens at.</summary>
internal static class FreePorts
{
    /// <summary>Returns so many, which were all open at the same time, so that none is returned twice.</summary>
    public static IPEndPoint[] Find(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
        {
            listener.Start();
        }

        IPEndPoint[] endPoints = [.. listeners.Select(static listener => (IPEndPoint)listener.LocalEndpoint)];
        foreach (TcpListener listener in listeners)
        {
            listener.Dispose();
        }

        return endPoints;
    }
}
