namespace Raft.Testing;

/// <summary>A simulated run went wrong: something did not happen in time, an invariant broke, or work left the simulation. The message says what, when and after which events.</summary>
public sealed class SimulationException : Exception
{
    /// <summary>Makes one with a default message.</summary>
    public SimulationException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What went wrong.</param>
    public SimulationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a cause.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause.</param>
    public SimulationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
