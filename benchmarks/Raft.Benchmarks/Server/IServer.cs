using System.Diagnostics;
using System.Net;

namespace Raft.Benchmarks.Server;

/// <summary>A server to measure: one process, or several that replicate.</summary>
internal interface IServer : IAsyncDisposable
{
    /// <summary>What <c>--only</c> calls it.</summary>
    string Name { get; }

    /// <summary>What it is, in a line of the report.</summary>
    string Description { get; }

    /// <summary>Where the leader listens for HTTP.</summary>
    IPEndPoint Leader { get; }

    /// <summary>Where a follower listens for HTTP; the server itself if it is alone.</summary>
    IPEndPoint Follower { get; }

    /// <summary>The processes, that of the leader first.</summary>
    IReadOnlyList<Process> Processes { get; }

    /// <summary>Starts it, and waits until it has a leader.</summary>
    Task StartAsync();

    /// <summary>The requests for an operation, one for each key; empty if it does not have that operation.</summary>
    IReadOnlyList<byte[]> RequestsOf(Operation operation);
}
