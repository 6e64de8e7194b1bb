namespace Raft.Consensus;

/// <summary>
/// A rule that Raft's safety depends on was about to be broken. The node must stop: to continue could corrupt the replicated
/// state. The cause is a bug in this library, a store that lost durable data, or a program that impersonates a node.
/// </summary>
public sealed class ConsensusInvariantException : InvalidOperationException
{
    /// <summary>Makes one with a default message.</summary>
    public ConsensusInvariantException()
        : this("An invariant of the consensus module does not hold.")
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">Which rule, with the figures that break it.</param>
    public ConsensusInvariantException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">Which rule, with the figures that break it.</param>
    /// <param name="innerException">The cause.</param>
    public ConsensusInvariantException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
