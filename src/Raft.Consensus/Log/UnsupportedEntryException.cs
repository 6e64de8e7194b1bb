namespace Raft;

/// <summary>
/// The stored log contains an entry of a kind that this version does not implement. To skip it could lose its effect, so the
/// node does not start. Run the version that wrote the entry, or a later one.
/// </summary>
public sealed class UnsupportedEntryException : NotSupportedException
{
    /// <summary>Makes one with a default message.</summary>
    public UnsupportedEntryException()
        : this("The stored log contains an entry of a kind that this version does not implement.")
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">Which entry, and what to do.</param>
    public UnsupportedEntryException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">Which entry, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public UnsupportedEntryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal static UnsupportedEntryException OfConfiguration(long index, string problem) => new(
        $"Entry {index} of the stored log is a configuration of the cluster that this version cannot read: {problem}. "
        + "Run the version that wrote it, or a later one.");

    internal static UnsupportedEntryException Of(long index, EntryKind kind) => new(
        $"Entry {index} of the stored log has kind {kind}, which this version does not implement. "
        + "Run the version that wrote it, or a later one.");
}
