using System.Buffers;

namespace Raft;

/// <content>Writing. First a head, whose size depends only on names, then the content, which may be large.</content>
public static partial class MessageCodec
{
    /// <summary>Returns the size of all parts that <see cref="MeasureContent"/> does not measure.</summary>
    private static int MeasureHead(RaftMessage message)
    {
        Require(message.Origin is not null, "The origin of the message is not set.");
        RequireNotNegative(message.Term, "term");
        RequireNotNegative(message.Correlation, "correlation");
        Require(message.From != default && message.To != default, "The sender or the receiver of the message is not set.");

        RequireNotNegative(message.SentAtTicks, "time of sending");
        Require(message.SentAtTicks <= DateTimeOffset.MaxValue.UtcTicks, "The time of sending is beyond the year 9999.");
        RequireNotNegative(message.Origin!.Store?.Opening ?? 0, "opening of the sender's store");
        RequireNotNegative(message.Origin.Identity?.Generation ?? 0, "generation of the cluster");

        return FixedHeaderSize
            + MessageWriter.Measure(message.ClusterId, "cluster id")
            + MessageWriter.Measure(message.From.Value, "sender's id")
            + MessageWriter.Measure(message.To.Value, "receiver's id")
            + (message.Origin.Identity is null ? 0 : IdentitySize)
            + (message.Origin.Store is null ? 0 : StoreSize)
            + MeasureBody(message);
    }

    private static int MeasureMembers(IReadOnlyList<NodeId> members)
    {
        int size = sizeof(uint);
        foreach (NodeId member in members)
        {
            Require(member != default, "The id of a listed member is not set.");
            size += MessageWriter.Measure(member.Value, "id of a listed member");
        }

        return size;
    }

    private static int MeasureBody(RaftMessage message)
    {
        switch (message)
        {
            case RequestVoteMessage vote:
                RequireNotNegative(vote.LastLogIndex, "last log index");
                RequireNotNegative(vote.LastLogTerm, "last log term");
                return (2 * sizeof(long)) + MeasureMembers(vote.FirstMembers);
            case RequestVoteReplyMessage vote:
                Require(vote.Leader != default(NodeId), "The leader's id is not set.");
                return vote.Leader is { } leader ? MessageWriter.Measure(leader.Value, "leader's id") : 0;
            case AppendEntriesMessage append:
                RequireNotNegative(append.PrevLogIndex, "previous log index");
                RequireNotNegative(append.PrevLogTerm, "previous log term");
                RequireNotNegative(append.LeaderCommit, "leader's commit index");
                return (3 * sizeof(long)) + sizeof(uint);
            case AppendEntriesReplyMessage reply:
                RequireNotNegative(reply.PrevLogIndex, "previous log index");
                RequireNotNegative(reply.LastIndex, "last index");
                RequireNotNegative(reply.ConflictIndex, "conflict index");
                RequireNotNegative(reply.ConflictTerm, "conflict term");
                RequireNotNegative(reply.AppliedIndex, "applied index");
                return 5 * sizeof(long);
            case InstallSnapshotMessage install:
                RequireNotNegative(install.LastIncludedIndex, "last included index");
                RequireNotNegative(install.LastIncludedTerm, "last included term");
                RequireNotNegative(install.Length, "length of the snapshot");
                RequireNotNegative(install.Offset, "offset in the snapshot");
                RequireNotNegative(install.LeaderCommit, "leader's commit index");
                return (5 * sizeof(long)) + ChecksumSize;
            case InstallSnapshotReplyMessage reply:
                RequireNotNegative(reply.LastIncludedIndex, "last included index");
                RequireNotNegative(reply.LastIncludedTerm, "last included term");
                RequireNotNegative(reply.NextOffset, "next offset");
                return (3 * sizeof(long)) + ChecksumSize + sizeof(byte);
            case TimeoutNowMessage transfer:
                RequireNotNegative(transfer.LastLogIndex, "last log index");
                RequireNotNegative(transfer.LastLogTerm, "last log term");
                return 2 * sizeof(long);
            case TimeoutNowReplyMessage:
                return sizeof(byte);
            case IdentityRefusalMessage refusal:
                return MeasureMembers(refusal.FirstMembers);
            case SetupRequestMessage:
                return 0;
            case SetupReplyMessage reply:
                return MeasureSetup(reply);
            case ReadIndexRequestMessage:
                return sizeof(long);
            case ReadIndexReplyMessage reply:
                RequireNotNegative(reply.ReadIndex, "read index");
                return 2 * sizeof(long);
            case StateDigestMessage report:
                return MeasureStateDigest(report);
            case StateDigestReplyMessage reply:
                return MeasureStateDigestReply(reply);
            default:
                throw new ArgumentException($"Messages of the type {message.GetType().Name} cannot be encoded.", nameof(message));
        }
    }

    /// <summary>Returns the size of the content: entries, or a part of a snapshot.</summary>
    private static long MeasureContent(RaftMessage message)
    {
        if (message is InstallSnapshotMessage install)
        {
            return (2L * sizeof(uint)) + install.Header.Length + install.Data.Length;
        }

        long size = 0;
        if (message is AppendEntriesMessage append)
        {
            foreach (ref readonly LogEntry entry in append.Entries.Span)
            {
                RequireNotNegative(entry.Term, "term of an entry");
                size += FixedEntrySize + entry.Data.Length;
            }
        }

        return size;
    }

    private static void WriteHead(ref MessageWriter writer, RaftMessage message)
    {
        (MessageType type, byte flags) = message switch
        {
            RequestVoteMessage vote => (
                MessageType.RequestVote, (byte)(Flag(vote.IsPreVote, PreVoteFlag) | Flag(vote.IsTransfer, TransferFlag))),
            RequestVoteReplyMessage reply => (
                MessageType.RequestVoteReply,
                (byte)(Flag(reply.VoteGranted, VoteGrantedFlag) | Flag(reply.IsPreVote, PreVoteReplyFlag)
                    | Flag(reply.Leader is not null, LeaderFlag))),
            AppendEntriesMessage => (MessageType.AppendEntries, (byte)0),
            AppendEntriesReplyMessage reply => (MessageType.AppendEntriesReply, Flag(reply.Success, SuccessFlag)),
            InstallSnapshotMessage => (MessageType.InstallSnapshot, (byte)0),
            InstallSnapshotReplyMessage => (MessageType.InstallSnapshotReply, (byte)0),
            TimeoutNowMessage => (MessageType.TimeoutNow, (byte)0),
            TimeoutNowReplyMessage => (MessageType.TimeoutNowReply, (byte)0),
            ReadIndexRequestMessage => (MessageType.ReadIndexRequest, (byte)0),
            ReadIndexReplyMessage => (MessageType.ReadIndexReply, (byte)0),
            StateDigestMessage => (MessageType.StateDigest, (byte)0),
            StateDigestReplyMessage reply => (
                MessageType.StateDigestReply,
                (byte)(Flag(reply.Divergence is not null, DivergenceFlag) | Flag(reply.Divergence is { HasMajority: true }, MajorityFlag))),
            IdentityRefusalMessage => (MessageType.IdentityRefusal, (byte)0),
            SetupRequestMessage => (MessageType.SetupRequest, (byte)0),
            SetupReplyMessage reply => (
                MessageType.SetupReply,
                (byte)(Flag(reply.ListsReceiver, ListsReceiverFlag) | Flag(reply.Leader is not null, SetupLeaderFlag))),
            _ => default, // MeasureBody has refused it
        };
        writer.WriteBytes(Magic);
        writer.WriteByte(Version);
        writer.WriteByte((byte)type);
        writer.WriteByte(flags);
        writer.WriteInt64(message.Term);
        writer.WriteInt64(message.Correlation);
        writer.WriteInt64(message.SentAtTicks);
        writer.WriteString(message.ClusterId);
        writer.WriteString(message.From.Value);
        writer.WriteString(message.To.Value);
        WriteOrigin(ref writer, message);
        WriteBody(ref writer, message);
    }

    private static void WriteOrigin(ref MessageWriter writer, RaftMessage message)
    {
        MessageOrigin origin = message.Origin;
        writer.WriteByte((byte)(Flag(origin.Identity is not null, IdentityFlag) | Flag(origin.Store is not null, StoreFlag)
            | Flag(message.IsStopping, StoppingFlag)));
        writer.WriteUInt64(origin.OptionsDigest);
        if (origin.Identity is { } identity)
        {
            writer.WriteUInt128(identity.Hash);
            writer.WriteCount(identity.Generation);
        }

        if (origin.Store is { } store)
        {
            writer.WriteGuid(store.Id);
            writer.WriteInt64(store.Opening);
        }
    }

    private static void WriteMembers(ref MessageWriter writer, IReadOnlyList<NodeId> members)
    {
        writer.WriteCount(members.Count);
        foreach (NodeId member in members)
        {
            writer.WriteString(member.Value);
        }
    }

    private static void WriteBody(ref MessageWriter writer, RaftMessage message)
    {
        switch (message)
        {
            case RequestVoteMessage vote:
                writer.WriteInt64(vote.LastLogIndex);
                writer.WriteInt64(vote.LastLogTerm);
                WriteMembers(ref writer, vote.FirstMembers);
                break;
            case RequestVoteReplyMessage { Leader: { } leader }:
                writer.WriteString(leader.Value);
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
                writer.WriteInt64(reply.AppliedIndex);
                break;
            case InstallSnapshotMessage install:
                writer.WriteInt64(install.LastIncludedIndex);
                writer.WriteInt64(install.LastIncludedTerm);
                writer.WriteUInt128(install.Checksum);
                writer.WriteInt64(install.Length);
                writer.WriteInt64(install.Offset);
                writer.WriteInt64(install.LeaderCommit);
                break;
            case InstallSnapshotReplyMessage reply:
                writer.WriteInt64(reply.LastIncludedIndex);
                writer.WriteInt64(reply.LastIncludedTerm);
                writer.WriteUInt128(reply.Checksum);
                writer.WriteInt64(reply.NextOffset);
                writer.WriteByte((byte)reply.Reason);
                break;
            case TimeoutNowMessage transfer:
                writer.WriteInt64(transfer.LastLogIndex);
                writer.WriteInt64(transfer.LastLogTerm);
                break;
            case TimeoutNowReplyMessage reply:
                writer.WriteByte((byte)reply.Reason);
                break;
            case IdentityRefusalMessage refusal:
                WriteMembers(ref writer, refusal.FirstMembers);
                break;
            case SetupReplyMessage reply:
                WriteSetup(ref writer, reply);
                break;
            case ReadIndexRequestMessage request:
                writer.WriteUInt64((ulong)request.Moment);
                break;
            case ReadIndexReplyMessage reply:
                writer.WriteUInt64((ulong)reply.Moment);
                writer.WriteInt64(reply.ReadIndex);
                break;
            case StateDigestMessage report:
                WriteStateDigest(ref writer, report);
                break;
            case StateDigestReplyMessage reply:
                WriteStateDigestReply(ref writer, reply);
                break;
        }
    }

    private static void WriteContent(RaftMessage message, IBufferWriter<byte> output)
    {
        if (message is InstallSnapshotMessage install)
        {
            WriteData(install.Header, output);
            WriteData(install.Data, output);
        }
        else if (message is AppendEntriesMessage append)
        {
            foreach (ref readonly LogEntry entry in append.Entries.Span)
            {
                MessageWriter writer = new(output.GetSpan(FixedEntrySize));
                writer.WriteInt64(entry.Term);
                writer.WriteInt64(entry.Time.UtcTicks);
                writer.WriteByte((byte)entry.Kind);
                writer.WriteCount(entry.Data.Length);
                output.Advance(writer.Position);
                WritePayload(entry.Data, output);
            }
        }
    }

    private static void WriteData(ReadOnlyMemory<byte> data, IBufferWriter<byte> output)
    {
        MessageWriter writer = new(output.GetSpan(sizeof(uint)));
        writer.WriteCount(data.Length);
        output.Advance(writer.Position);
        WritePayload(data, output);
    }

    private static void WritePayload(ReadOnlyMemory<byte> data, IBufferWriter<byte> output)
    {
        if (output is IPayloadBufferWriter payloads)
        {
            payloads.WritePayload(data);
        }
        else
        {
            output.Write(data.Span);
        }
    }

    private static byte Flag(bool isSet, byte flag) => isSet ? flag : (byte)0;

    private static void RequireNotNegative(long value, string what)
    {
        if (value < 0)
        {
            throw new ArgumentException($"The {what} is {value}, but numbers in a message must not be negative.");
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
