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
///      5     1  type: 1 RequestVote, 2 its reply, 3 AppendEntries, 4 its reply
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
/// </code>
/// <para>Nothing follows the body. A new kind of message takes a new type and leaves the version as it is; a change to
/// what is written above takes a new version. What a node does not understand it drops, as if the network had lost it.</para>
/// <para>Numbers are checked for their form here, and for their sense by the node. All members are safe to call from any thread.</para>
/// </remarks>
public static class MessageCodec
{
    /// <summary>The version of the format that is written, and the only one that is read.</summary>
    public const byte Version = 1;

    private const int FixedHeaderSize = 23;
    private const int FixedEntrySize = 21;
    private const byte PreVoteFlag = 1;
    private const byte VoteGrantedFlag = 1;
    private const byte PreVoteReplyFlag = 2;
    private const byte SuccessFlag = 1;

    private static ReadOnlySpan<byte> Magic => "RAFT"u8;

    /// <summary>The number of bytes that <see cref="Write"/> will write: for a length in front, or to know if a datagram holds it.</summary>
    /// <param name="message">The message.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Write"/>.</exception>
    public static int GetByteCount(RaftMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        long size = MeasureHead(message);
        if (message is AppendEntriesMessage append)
        {
            foreach (ref readonly LogEntry entry in append.Entries.Span)
            {
                RequireNotNegative(entry.Term, "term of an entry");
                Require(IsKnown(entry.Kind), "The kind of an entry is unknown.");
                size += FixedEntrySize + entry.Data.Length;
            }
        }

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

        int headSize = MeasureHead(message);
        MessageWriter writer = new(output.GetSpan(headSize));
        WriteHead(ref writer, message);
        output.Advance(writer.Position);

        if (message is AppendEntriesMessage append)
        {
            foreach (ref readonly LogEntry entry in append.Entries.Span)
            {
                writer = new MessageWriter(output.GetSpan(FixedEntrySize));
                writer.WriteInt64(entry.Term);
                writer.WriteInt64(entry.Time.UtcTicks);
                writer.WriteByte((byte)entry.Kind);
                writer.WriteCount(entry.Data.Length);
                output.Advance(writer.Position);
                output.Write(entry.Data.Span);
            }
        }
    }

    /// <summary>Reads a message.</summary>
    /// <param name="data">
    /// Exactly the bytes of one message. They belong to the message from now on: the data of entries are slices of them, so
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

    /// <summary>The size of everything but the entries.</summary>
    private static int MeasureHead(RaftMessage message)
    {
        RequireNotNegative(message.Term, "term");
        RequireNotNegative(message.Correlation, "correlation");
        Require(message.From != default && message.To != default, "A message names who sent it and who it is meant for.");

        int size = FixedHeaderSize
            + MessageWriter.Measure(message.ClusterId, "cluster id")
            + MessageWriter.Measure(message.From.Value, "sender's id")
            + MessageWriter.Measure(message.To.Value, "receiver's id");
        switch (message)
        {
            case RequestVoteMessage vote:
                RequireNotNegative(vote.LastLogIndex, "last log index");
                RequireNotNegative(vote.LastLogTerm, "last log term");
                return size + (2 * sizeof(long));
            case RequestVoteReplyMessage:
                return size;
            case AppendEntriesMessage append:
                RequireNotNegative(append.PrevLogIndex, "previous log index");
                RequireNotNegative(append.PrevLogTerm, "previous log term");
                RequireNotNegative(append.LeaderCommit, "leader's commit index");
                return size + (3 * sizeof(long)) + sizeof(uint);
            case AppendEntriesReplyMessage reply:
                RequireNotNegative(reply.PrevLogIndex, "previous log index");
                RequireNotNegative(reply.LastIndex, "last index");
                RequireNotNegative(reply.ConflictIndex, "conflict index");
                RequireNotNegative(reply.ConflictTerm, "conflict term");
                return size + (4 * sizeof(long));
            default:
                throw new ArgumentException($"Messages of the type {message.GetType().Name} have no form on the wire.", nameof(message));
        }
    }

    private static void WriteHead(ref MessageWriter writer, RaftMessage message)
    {
        (MessageType type, byte flags) = message switch
        {
            RequestVoteMessage vote => (MessageType.RequestVote, Flag(vote.IsPreVote, PreVoteFlag)),
            RequestVoteReplyMessage reply => (MessageType.RequestVoteReply, (byte)(Flag(reply.VoteGranted, VoteGrantedFlag) | Flag(reply.IsPreVote, PreVoteReplyFlag))),
            AppendEntriesMessage => (MessageType.AppendEntries, (byte)0),
            AppendEntriesReplyMessage reply => (MessageType.AppendEntriesReply, Flag(reply.Success, SuccessFlag)),
            _ => default, // measuring refused it
        };
        writer.WriteBytes(Magic);
        writer.WriteByte(Version);
        writer.WriteByte((byte)type);
        writer.WriteByte(flags);
        writer.WriteInt64(message.Term);
        writer.WriteInt64(message.Correlation);
        writer.WriteString(message.ClusterId);
        writer.WriteString(message.From.Value);
        writer.WriteString(message.To.Value);
        switch (message)
        {
            case RequestVoteMessage vote:
                writer.WriteInt64(vote.LastLogIndex);
                writer.WriteInt64(vote.LastLogTerm);
                break;
            case AppendEntriesMessage append:
                writer.WriteInt64(append.PrevLogIndex);
                writer.WriteInt64(append.PrevLogTerm);
                writer.WriteInt64(append.LeaderCommit);
                writer.WriteCount(append.Entries.Length);
                break;
            case AppendEntriesReplyMessage reply:
                writer.WriteInt64(reply.PrevLogIndex);
                writer.WriteInt64(reply.LastIndex);
                writer.WriteInt64(reply.ConflictIndex);
                writer.WriteInt64(reply.ConflictTerm);
                break;
        }
    }

    private static RaftMessage? ReadMessage(ref MessageReader reader)
    {
        foreach (byte expected in Magic)
        {
            if (reader.ReadByte("magic number") != expected && !reader.Failed)
            {
                reader.Fail(0, "it does not start with RAFT");
            }
        }

        byte version = reader.ReadByte("version");
        if (version != Version)
        {
            reader.Fail(reader.Position - 1, $"its format is version {version}, and this node reads version {Version}");
        }

        MessageType type = (MessageType)reader.ReadByte("message type");
        byte knownFlags = type switch
        {
            MessageType.RequestVote => PreVoteFlag,
            MessageType.RequestVoteReply => VoteGrantedFlag | PreVoteReplyFlag,
            MessageType.AppendEntries => 0,
            MessageType.AppendEntriesReply => SuccessFlag,
            _ => byte.MaxValue,
        };
        if (knownFlags == byte.MaxValue)
        {
            reader.Fail(reader.Position - 1, $"its type is {(byte)type}, which this node does not know");
        }

        byte flags = reader.ReadByte("flags");
        if ((flags & ~knownFlags) != 0)
        {
            reader.Fail(reader.Position - 1, $"its flags are {flags}, which this node does not know");
        }

        long term = reader.ReadInt64("term");
        long correlation = reader.ReadInt64("correlation");
        string clusterId = reader.ReadString("cluster id");
        NodeId from = reader.ReadNodeId("sender's id");
        NodeId to = reader.ReadNodeId("receiver's id");
        RaftMessage? message = type switch
        {
            MessageType.RequestVote => new RequestVoteMessage
            {
                ClusterId = clusterId,
                From = from,
                To = to,
                Term = term,
                Correlation = correlation,
                IsPreVote = (flags & PreVoteFlag) != 0,
                LastLogIndex = reader.ReadInt64("last log index"),
                LastLogTerm = reader.ReadInt64("last log term"),
            },
            MessageType.RequestVoteReply => new RequestVoteReplyMessage
            {
                ClusterId = clusterId,
                From = from,
                To = to,
                Term = term,
                Correlation = correlation,
                VoteGranted = (flags & VoteGrantedFlag) != 0,
                IsPreVote = (flags & PreVoteReplyFlag) != 0,
            },
            MessageType.AppendEntries => new AppendEntriesMessage
            {
                ClusterId = clusterId,
                From = from,
                To = to,
                Term = term,
                Correlation = correlation,
                PrevLogIndex = reader.ReadInt64("previous log index"),
                PrevLogTerm = reader.ReadInt64("previous log term"),
                LeaderCommit = reader.ReadInt64("leader's commit index"),
                Entries = ReadEntries(ref reader),
            },
            MessageType.AppendEntriesReply => new AppendEntriesReplyMessage
            {
                ClusterId = clusterId,
                From = from,
                To = to,
                Term = term,
                Correlation = correlation,
                Success = (flags & SuccessFlag) != 0,
                PrevLogIndex = reader.ReadInt64("previous log index"),
                LastIndex = reader.ReadInt64("last index"),
                ConflictIndex = reader.ReadInt64("conflict index"),
                ConflictTerm = reader.ReadInt64("conflict term"),
            },
            _ => null,
        };
        reader.ReadEnd();
        return reader.Failed ? null : message;
    }

    private static ReadOnlyMemory<LogEntry> ReadEntries(ref MessageReader reader)
    {
        int count = reader.ReadCount(FixedEntrySize, "number of entries");
        if (count == 0)
        {
            return default;
        }

        LogEntry[] entries = new LogEntry[count];
        for (int i = 0; i < entries.Length && !reader.Failed; i++)
        {
            int start = reader.Position;
            long term = reader.ReadInt64("term of an entry");
            long ticks = reader.ReadInt64("time of an entry");
            if (ticks > DateTimeOffset.MaxValue.UtcTicks)
            {
                reader.Fail(start + sizeof(long), $"the time of an entry is {ticks} ticks, beyond the year 9999");
                break;
            }

            EntryKind kind = (EntryKind)reader.ReadByte("kind of an entry");
            if (!IsKnown(kind))
            {
                reader.Fail(reader.Position - 1, $"the kind of an entry is {(byte)kind}, which this node does not know");
            }

            entries[i] = new LogEntry(term, kind, reader.ReadData("data length of an entry"), new DateTimeOffset(ticks, TimeSpan.Zero));
        }

        return entries;
    }

    private static bool IsKnown(EntryKind kind) => kind <= EntryKind.Session;

    private static byte Flag(bool isSet, byte flag) => isSet ? flag : (byte)0;

    private static void RequireNotNegative(long value, string what)
    {
        if (value < 0)
        {
            throw new ArgumentException($"The {what} is {value}; numbers on the wire count from 0.");
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ArgumentException(otherwise);
        }
    }
}
