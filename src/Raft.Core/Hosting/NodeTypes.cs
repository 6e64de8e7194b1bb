using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>What must survive trimming of the types that a program names.</summary>
internal static class NodeTypes
{
    /// <summary>The constructor, for the container, and the interfaces, which name the type of the proposer.</summary>
    public const DynamicallyAccessedMemberTypes StateMachine =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces;
}
