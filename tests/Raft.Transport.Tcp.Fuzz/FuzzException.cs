using System.Diagnostics.CodeAnalysis;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>An input has shown a fault.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has a message.")]
[SuppressMessage("Design", "CA1064", Justification = "No other program catches it.")]
internal sealed class FuzzException(string message) : Exception(message);
