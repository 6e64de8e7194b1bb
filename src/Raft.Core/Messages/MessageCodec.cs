using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// Converts messages to bytes and back, for transports that leave the process. One message becomes one block of bytes. The transport
/// determines where it ends, with a datagram, a frame or a request body.
/// </summary>
/// <remarks>
/// <para>The page docs/wire-format.md of the repository describes every field of the format, and how the format may change. A node
/// drops messages that it cannot read, as if the network had lost them.</para>
/// <para>The codec checks the format, and the node checks the meaning. All members are safe to call from any thread.</para>
/// </remarks>
public static partial class MessageCodec
{
    /// <summary>The version of the format that is written, and the only one that is read.</summary>
    public const byte Version = 1;

    private const int FixedHeaderSize = 40;
    private const int IdentitySize = 20;
    private const int StoreSize = 24;
    private const int SmallestNodeId = 3;
    private const int FixedEntrySize = 21;
    private const int ChecksumSize = 16;
    private const byte PreVoteFlag = 1;
    private const byte VoteGrantedFlag = 1;
    private const byte PreVoteReplyFlag = 2;
    private const byte SuccessFlag = 1;
    private const byte TransferFlag = 2;
    private const byte LeaderFlag = 4;
    private const byte IdentityFlag = 1;
    private const byte StoreFlag = 2;
    private const byte StoppingFlag = 4;

    private static ReadOnlySpan<byte> Magic => "RAFT"u8;

    /// <summary>
    /// Returns the number of bytes that <see cref="Write"/> will write, for a length prefix, or to know whether it fits into a
    /// datagram.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Write"/>.</exception>
    public static int GetByteCount(RaftMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        long size = MeasureHead(message) + MeasureContent(message);
        Require(size <= Array.MaxLength, "The message is larger than the largest array.");
        return (int)size;
    }

    /// <summary>Writes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="output">
    /// Receives the bytes; an <see cref="IPayloadBufferWriter"/> receives the data of entries and snapshots without a copy. If this method
    /// throws, nothing is written.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The message cannot be encoded: a number is negative, a node id is <c>default</c> or not valid UTF-16, the cluster id has more than
    /// 65,535 bytes, or the message is larger than the largest array. No node creates such a message.
    /// </exception>
    public static void Write(RaftMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _ = GetByteCount(message); // checks all of it before the first byte is written

        MessageWriter writer = new(output.GetSpan(MeasureHead(message)));
        WriteHead(ref writer, message);
        output.Advance(writer.Position);
        WriteContent(message, output);
    }

    /// <summary>Reads a message.</summary>
    /// <param name="data">
    /// Exactly the bytes of one message. They belong to the message from now on, since the data of entries and snapshots are slices of
    /// them: they must never change or be pooled.
    /// </param>
    /// <returns>
    /// The message, equal to the one that was written. The allocated memory is proportional to the number of bytes, even for
    /// invalid ones.
    /// </returns>
    /// <exception cref="MessageFormatException">
    /// The bytes are not a message of this version. The exception says what is wrong, and where. No other exception is thrown.
    /// </exception>
    public static RaftMessage Read(ReadOnlyMemory<byte> data)
    {
        MessageReader reader = new(data);
        return ReadMessage(ref reader, names: null)
            ?? throw new MessageFormatException($"Not a Raft message: {reader.Problem}.", reader.ProblemOffset);
    }

    /// <summary>Reads a message without throwing an exception, for a transport that receives bytes from anywhere.</summary>
    /// <param name="data">As for <see cref="Read"/>.</param>
    /// <param name="message">The message, or null.</param>
    /// <returns>Whether the bytes are a message of this version.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> data, [NotNullWhen(true)] out RaftMessage? message) =>
        TryRead(data, names: null, out message);

    /// <summary>
    /// Reads a message without throwing an exception, and without allocating again the names that it has in common with earlier ones.
    /// </summary>
    /// <param name="data">As for <see cref="Read"/>.</param>
    /// <param name="names">The names of earlier messages, such as those of the same connection. Null: none are kept.</param>
    /// <param name="message">The message, or null.</param>
    /// <returns>Whether the bytes are a message of this version.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> data, MessageNames? names, [NotNullWhen(true)] out RaftMessage? message)
    {
        MessageReader reader = new(data);
        message = ReadMessage(ref reader, names);
        return message is not null;
    }
}
