namespace Raft.Testing;

/// <summary>A failure that the simulation injected. A node that fails because of it behaves correctly.</summary>
internal sealed class InjectedFaultException(string message) : IOException(message);
