using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp;

/// <summary>
/// The connections that others have opened, and on which no node was accepted yet: those in their handshake, and those after it. Their
/// number is limited. One more ends the oldest one of the machine that has the most, so that nobody who opens very many keeps out others.
/// </summary>
/// <remarks>Used under the lock of the hub.</remarks>
internal sealed class UnprovenConnections(int limit)
{
    private readonly List<Entry> _entries = []; // the oldest first

    public int Count => _entries.Count;

    /// <summary>Adds a connection.</summary>
    /// <param name="connection">What identifies it.</param>
    /// <param name="address">The address of the other side.</param>
    /// <param name="end">Ends it.</param>
    /// <returns>What ends the connection that made room, without the lock; null if there was room.</returns>
    public Action? Add(object connection, string address, Action end)
    {
        _entries.Add(new Entry(connection, MachineOf(address), end));
        if (_entries.Count <= limit)
        {
            return null;
        }

        string crowd = _entries.GroupBy(static entry => entry.Machine).MaxBy(static group => group.Count())!.Key;
        int oldest = _entries.FindIndex(entry => entry.Machine == crowd);
        Action crowdedOut = _entries[oldest].End;
        _entries.RemoveAt(oldest);
        return crowdedOut;
    }

    /// <summary>A connection continues as another object, after its handshake.</summary>
    public void Replace(object connection, object by, Action end)
    {
        int index = _entries.FindIndex(entry => entry.Connection == connection);
        if (index >= 0)
        {
            _entries[index] = _entries[index] with { Connection = by, End = end };
        }
    }

    /// <summary>A connection has ended, or a node of it was accepted.</summary>
    public void Remove(object connection)
    {
        int index = _entries.FindIndex(entry => entry.Connection == connection);
        if (index >= 0)
        {
            _entries.RemoveAt(index);
        }
    }

    /// <summary>
    /// What is counted as one machine: an IPv4 address, or the network of an IPv6 address, all of which a machine can use.
    /// </summary>
    public static string MachineOf(string address)
    {
        if (!IPEndPoint.TryParse(address, out IPEndPoint? end))
        {
            return address;
        }

        IPAddress ip = end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4() : end.Address;
        return ip.AddressFamily == AddressFamily.InterNetworkV6 && !IPAddress.IsLoopback(ip)
            ? $"{new IPAddress([.. ip.GetAddressBytes().AsSpan(0, 8), .. new byte[8]])}/64"
            : ip.ToString();
    }

    private sealed record Entry(object Connection, string Machine, Action End);
}
