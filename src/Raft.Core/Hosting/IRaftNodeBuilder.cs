using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>Says what a node that <c>AddRaftNode</c> has registered stands on. Its methods are extensions, so that packages can add theirs.</summary>
public interface IRaftNodeBuilder
{
    /// <summary>The node's name: its service key, its options name and, unless set otherwise, its id. Null for the unnamed node.</summary>
    string? Name { get; }

    /// <summary>Where the node is registered.</summary>
    IServiceCollection Services { get; }
}
