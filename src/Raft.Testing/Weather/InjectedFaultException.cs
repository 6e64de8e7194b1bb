namespace Raft.Testing;

/// <summary>A failure that the weather has made: a node that fails because of it does right.</summary>
internal sealed class InjectedFaultException(string message) : IOException(message);
