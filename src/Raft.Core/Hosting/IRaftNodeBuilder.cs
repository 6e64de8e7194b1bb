using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>
/// Configures a node that <c>AddRaftNode</c> has registered. Its methods are extensions, so that packages can add their own.
/// </summary>
public interface IRaftNodeBuilder
{
    /// <summary>The node's name: its service key, its options name and, unless set otherwise, its id. Null for the unnamed node.</summary>
    string? Name { get; }

    /// <summary>The services that the node is registered in.</summary>
    IServiceCollection Services { get; }
}
