namespace Raft;

/// <summary>
/// Marks a member that a type with <see cref="RaftCommandAttribute"/> did not have from the start. When it reads what an earlier version
/// wrote, the member has the default value of its parameter, or of its type; an immutable array is empty. On a parameter of a base
/// record, it applies to all types derived from it.
/// </summary>
/// <param name="version">The version of the type that added it, at least 2.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class SinceAttribute(int version) : Attribute
{
    /// <summary>The version of the type that added it.</summary>
    public int Version { get; } = version;
}
