using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>
/// Converts messages to bytes and back, for transports that leave the process. One message becomes one block of bytes. The transport
/// marks where it ends, with a datagram, a frame or a request body.
/// </summary>
/// <remarks>
/// <para>Numbers are little-endian, have a fixed width, and are never negative. A fixed width gives each value exactly one
/// encoding and makes sizes known before anything is read; a variable width would save few bytes compared to the payload. A <i>string</i>
/// is its length in bytes (2 bytes, unsigned), then UTF-8.</para>
/// <para>Every message:</para>
/// <code>
/// offset  size  field
///      0     4  magic: 52 41 46 54, "RAFT"
///      4     1  version of the format: 1
///      5     1  type: 1 RequestVote, 2 its reply, 3 AppendEntries, 4 its reply,
///                 5 InstallSnapshot, 6 its reply, 7 TimeoutNow, 8 its reply, 9 refusal of an identity
///      6     1  flags of the type; all other bits are 0
///      7     8  term
///     15     8  correlation
///     23     8  time of sending (UTC, in ticks of 100 ns since 0001-01-01); 0 if not said
///     31   2+n  cluster id, a string
///      .   2+n  from, a string of 1 to 255 UTF-16 characters, not blank
///      .   2+n  to, likewise
///      .     1  flags of the sender: 1 has an identity, 2 has a store, 4 is stopping
///      .     8  digest of the sender's options; 0 if not said
///      .  16+4  identity of the cluster and its generation, if it has one
///      .  16+8  id and opening of its store, if it has one
///      .     .  body of the type
/// </code>
/// <para>Bodies:</para>
/// <code>
/// 1 RequestVote         8 last log index, 8 last log term, members              flag 1: pre-vote, flag 2: transfer
/// 2 RequestVote reply   leader, a string, with flag 4                           flag 1: vote granted, flag 2: pre-vote
/// 3 AppendEntries       8 previous log index, 8 previous log term, 8 leader commit,
///                       4 number of entries, unsigned, then each entry:
///                           8 term, 8 time (UTC, in ticks of 100 ns since 0001-01-01),
///                           1 kind (as in EntryKind), 4 length of the data, unsigned, data
/// 4 AppendEntries reply 8 previous log index, 8 last index, 8 conflict index, 8 conflict term,
///                       8 applied index                                         flag 1: success
/// 5 InstallSnapshot     8 last included index, 8 last included term, 16 checksum, 8 length, 8 offset, 8 leader commit,
///                       4 length of the header, unsigned, header, 4 length of the data, unsigned, data
/// 6 its reply           8 last included index, 8 last included term, 16 checksum, 8 next offset,
///                       1 reason (as in SnapshotReplyReason)
/// 7 TimeoutNow          8 last log index, 8 last log term
/// 8 its reply           1 reason (as in TimeoutNowRefusal)
/// 9 identity refusal    members
/// </code>
/// <para><i>Members</i> are 4 bytes of count, unsigned, and as many strings: the ids of the sender's first members, if it names
/// them.</para>
/// <para>Nothing follows the body. A new kind of message gets a new type and keeps the version; a change to the format above
/// gets a new version. A node drops messages that it does not understand, as if the network had lost them.</para>
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
    /// <param name="output">Receives the bytes. If this method throws, nothing is written.</param>
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
        return ReadMessage(ref reader) ?? throw new MessageFormatException($"Not a Raft message: {reader.Problem}.", reader.ProblemOffset);
    }

    /// <summary>Reads a message without throwing an exception, for a transport that receives bytes from anywhere.</summary>
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
