using System.Diagnostics.CodeAnalysis;

namespace Raft.Transport.Tcp;

/// <summary>The bytes of a connection do not follow the protocol. The connection is closed.</summary>
[SuppressMessage("Design", "CA1032", Justification = "It always has a message.")]
internal sealed class FrameException(string message) : Exception(message);
