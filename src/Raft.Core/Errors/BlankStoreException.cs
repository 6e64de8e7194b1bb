namespace Raft;

/// <summary>
/// The stores of a node are blank, and <see cref="RaftNodeOptions.FirstStart"/> is <see cref="FirstStart.Refuse"/>: the data was lost, or
/// is somewhere else. It is the inner exception of a <see cref="NodeFailedException"/>.
/// </summary>
public sealed class BlankStoreException : RaftException
{
    /// <summary>Creates one with a default message.</summary>
    public BlankStoreException()
        : this("The log store is blank.")
    {
    }

    /// <summary>Creates one.</summary>
    /// <param name="message">What was found, and what to do.</param>
    public BlankStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates one with a cause.</summary>
    /// <param name="message">What was found, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public BlankStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
