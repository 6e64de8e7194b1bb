using System.Net;

namespace Raft.Chaos;

/// <summary>Where the servers are.</summary>
internal interface IServerDirectory
{
    /// <summary>How many nodes there are.</summary>
    int Count { get; }

    /// <summary>The port for clients of a node; null while it does not run.</summary>
    IPEndPoint? AddressOf(int node);

    /// <summary>The number of a node with an id; -1 if there is none.</summary>
    int IndexOf(string id);
}
