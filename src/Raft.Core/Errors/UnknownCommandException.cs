namespace Raft;

/// <summary>
/// A command, or a version of it, that this program does not know: a later version of the program wrote it. It is thrown when such a
/// command is proposed to an older node. An older node that finds one in the committed log stops, and continues with it once it runs the
/// later version.
/// </summary>
public sealed class UnknownCommandException : RaftException
{
    /// <summary>A version of a known type that is later than the one that this program knows.</summary>
    /// <param name="command">The name of the type.</param>
    /// <param name="version">The version of what was read.</param>
    /// <param name="knownVersion">The latest version that this program knows.</param>
    public UnknownCommandException(string command, int version, int knownVersion)
        : base($"This node does not know '{command}' in version {version}, only up to version {knownVersion}: a later version of the "
            + "program wrote it. Upgrade this node.")
    {
        Command = command;
        Version = version;
        KnownVersion = knownVersion;
    }

    /// <summary>A type that this program does not have.</summary>
    /// <param name="command">The name of the type.</param>
    /// <param name="version">Its version.</param>
    /// <param name="tag">Its number.</param>
    /// <param name="baseType">The name of the types to which it belongs.</param>
    public UnknownCommandException(string command, int version, int tag, string baseType)
        : base($"This node does not know the {baseType} '{command}' (tag {tag}, version {version}): a later version of the program wrote "
            + "it. Upgrade this node.")
    {
        Command = command;
        Version = version;
    }

    /// <summary>The name of the type.</summary>
    public string Command { get; }

    /// <summary>The version of what was read.</summary>
    public int Version { get; }

    /// <summary>The latest version that this program knows; 0 if it does not know the type.</summary>
    public int KnownVersion { get; }
}
