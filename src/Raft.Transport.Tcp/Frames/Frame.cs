namespace Raft.Transport.Tcp;

/// <summary>A frame that was read.</summary>
/// <param name="Kind">What it contains.</param>
/// <param name="Payload">
/// Its content. That of <see cref="FrameKind.MessageWithData"/> is an array of its own, which is never used again. All other content is
/// overwritten by the next read.
/// </param>
/// <param name="IsSkipped">Whether its content was not kept, because no message was expected.</param>
internal readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Payload, bool IsSkipped = false);
