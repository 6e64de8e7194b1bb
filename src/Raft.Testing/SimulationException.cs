namespace Raft.Testing;

/// <summary>
/// A simulated run went wrong: something did not happen in time, an invariant broke, or work left the simulation. The message says
/// what, where in your code, when, how to repeat it, and where the trace is.
/// </summary>
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

    internal SimulationException(string rule, string message, Exception? innerException)
        : base(message, innerException) => Rule = rule;

    /// <summary>
    /// What was broken, in words that are the same each time: two runs that broke the same rule say the same here. Empty if nothing
    /// is known.
    /// </summary>
    public string Rule { get; } = string.Empty;

    /// <summary>The last events before it, the oldest first, a line each. The trace has all of them.</summary>
    public IReadOnlyList<string> LastEvents { get; internal init; } = [];
}
