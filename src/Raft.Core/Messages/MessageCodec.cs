using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// Turns messages into bytes and back, for transports that leave the process. One message becomes one block of bytes;
/// where it ends is the transport's business: a datagram, a frame, a request body.
/// </summary>
/// <remarks>
/// <para>Numbers have a fixed width and are little-endian, rather than of variable length: each value has exactly one
/// form, sizes are known before anything is read, and the payload dwarfs the bytes that would be saved. None is negative.
/// A <i>string</i> is its length in bytes (2 bytes, unsigned), then UTF-8.</para>
/// <para>Every message:</para>
/// <code>
/// offset  size  field
///      0     4  magic: 52 41 46 54, "RAFT"
///      4     1  version of the format: 1
///      5     1  type: 1 RequestVote, 2 its reply, 3 AppendEntries, 4 its reply,
///                 5 InstallSnapshot, 6 its reply
///      6     1  flags of the type; all other bits are 0
///      7     8  term
///     15     8  correlation
///     23   2+n  cluster id, a string
///      .   2+n  from, a string of 1 to 255 UTF-16 characters, not blank
///      .   2+n  to, likewise
///      .     .  body of the type
/// </code>
/// <para>Bodies:</para>
/// <code>
/// 1 RequestVote         8 last log index, 8 last log term                       flag 1: pre-vote
/// 2 RequestVote reply   none                                                    flag 1: vote granted, flag 2: pre-vote
/// 3 AppendEntries       8 previous log index, 8 previous log term, 8 leader commit,
///                       4 number of entries, unsigned, then each entry:
///                           8 term, 8 time (UTC, in ticks of 100 ns since 0001-01-01),
///                           1 kind (as in EntryKind), 4 length of the data, unsigned, data
/// 4 AppendEntries reply 8 previous log index, 8 last index, 8 conflict index, 8 conflict term   flag 1: success
/// 5 InstallSnapshot     8 last included index, 8 last included term, 16 checksum, 8 length, 8 offset,
///                       4 length of the header, unsigned, header, 4 length of the data, unsigned, data
/// 6 its reply           8 last included index, 8 last included term, 16 checksum, 8 next offset  flag 1: installed
/// </code>
/// <para>Nothing follows the body. A new kind of message takes a new type and leaves the version as it is; a change to
/// what is written above takes a new version. What a node does not understand it drops, as if the network had lost it.</para>
/// <para>Numbers are checked for their form here, and for their sense by the node. All members are safe to call from any thread.</para>
/// </remarks>
public static partial class MessageCodec
{
    /// <summary>The version of the format that is written, and the only one that is read.</summary>
    public const byte Version = 1;

    private const int FixedHeaderSize = 23;
    private const int FixedEntrySize = 21;
    private const int ChecksumSize = 16;
    private const byte PreVoteFlag = 1;
    private const byte VoteGrantedFlag = 1;
    private const byte PreVoteReplyFlag = 2;
    private const byte SuccessFlag = 1;
    private const byte InstalledFlag = 1;

    private static ReadOnlySpan<byte> Magic => "RAFT"u8;

    /// <summary>The number of bytes that <see cref="Write"/> will write: for a length in front, or to know if a datagram holds it.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Write"/>.</exception>
    public static int GetByteCount(RaftMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        long size = MeasureHead(message) + MeasureContent(message);
        Require(size <= Array.MaxLength, "The message is larger than any memory block.");
        return (int)size;
    }

    /// <summary>Writes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="output">Where to write it. Nothing is written if this throws.</param>
    /// <exception cref="ArgumentException">
    /// The message cannot be expressed: a number is negative, a node id is <c>default</c> or no valid UTF-16, the cluster id
    /// takes more than 65,535 bytes, or the whole more than the largest array. No node makes such a message.
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
    /// Exactly the bytes of one message. They belong to the message from now on: the data of entries and snapshots are slices of them, so
    /// they must never change or be pooled.
    /// </param>
    /// <returns>The message, equal to the one that was written. Takes memory in proportion to the bytes, whatever they say.</returns>
    /// <exception cref="MessageFormatException">The bytes are no message of this version; says what is wrong and where. No other exception is thrown.</exception>
    public static RaftMessage Read(ReadOnlyMemory<byte> data)
    {
        MessageReader reader = new(data);
        return ReadMessage(ref reader) ?? throw new MessageFormatException($"No Raft message: {reader.Problem}.", reader.ProblemOffset);
    }

    /// <summary>Reads a message, without an exception if there is none: for a transport that anybody can reach.</summary>
    /// <param name="data">As for <see cref="Read"/>.</param>
    /// <param name="message">The message, or null.</param>
    /// <returns>Whether the bytes are a message of this version.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> data, [NotNullWhen(true)] out RaftMessage? message)
    {
        MessageReader reader = new(data);
        message = ReadMessage(ref reader);
        return message is not null;
    }
}
