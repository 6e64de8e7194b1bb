using System.Net;
using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.Tcp;

/// <summary>Creates the groups of this library that are compared.</summary>
internal static class TcpContenders
{
    private const int Nodes = 3;

    /// <summary>Three nodes of this process over TCP, with their logs in memory.</summary>
    /// <param name="name">Its name in reports.</param>
    /// <param name="authority">Issues certificates. Null: plaintext.</param>
    public static RaftContender InMemory(string name, BenchmarkAuthority? authority)
    {
        IPEndPoint[] endPoints = FreePorts.Find(Nodes);
        RaftGroup group = new(

            // A network for each node: nodes of one network would not use sockets.
            _ => new TcpNetwork(new TcpTransportOptions { Tls = authority?.CreateOptions() }).CreateTransport(),
            Nodes,
            options =>
            {
                RaftContender.Keep(options);
                options.Members = MembersAt(endPoints);
                options.AllowVolatileStorage = true;
            },
            clusterId: name);
        string encryption = authority is null ? "with checksums and without TLS" : "with TLS";
        return new RaftContender(
            name,
            $"Raft.Core over TcpTransport on the loopback, {encryption}: three nodes, log in memory, snapshots on, the last "
            + $"{RaftContender.KeptEntries:N0} entries kept",
            group);
    }

    /// <summary>Three nodes of this process over channels, with their logs in files.</summary>
    public static RaftContender InFiles(string folder) => new(
        "files",
        "Raft.Core over ChannelTransport, with its logs in files",
        new RaftGroup(new ChannelNetwork(), Nodes, createLogStore: id => new FileStorage(Path.Combine(folder, id))));

    /// <summary>The members n1, n2 and so on.</summary>
    public static List<RaftMember> MembersAt(IPEndPoint[] endPoints) =>
        [.. endPoints.Select(static (endPoint, position) => (RaftMember)$"n{position + 1}={endPoint}")];
}
