namespace Raft.Testing;

/// <summary>
/// No other process can be asked about a state machine. That is a mistake in how the contract is used, and breaks no clause.
/// </summary>
internal sealed class OtherProcessException(string message, Exception? innerException = null)
    : InvalidOperationException(message, innerException);
