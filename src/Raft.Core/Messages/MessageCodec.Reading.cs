using Raft.Consensus;

namespace Raft;

/// <content>Reading. The parts are read in their order in the message, since the first problem is the one that is reported.</content>
public static partial class MessageCodec
{
    private static RaftMessage? ReadMessage(ref MessageReader reader, MessageNames? names)
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
            MessageType.RequestVote => PreVoteFlag | TransferFlag,
            MessageType.RequestVoteReply => VoteGrantedFlag | PreVoteReplyFlag | LeaderFlag,
            MessageType.AppendEntries => 0,
            MessageType.AppendEntriesReply => SuccessFlag,
            MessageType.InstallSnapshot => 0,
            MessageType.InstallSnapshotReply or MessageType.TimeoutNow or MessageType.TimeoutNowReply or MessageType.IdentityRefusal => 0,
            MessageType.SetupRequest => 0,
            MessageType.SetupReply => ListsReceiverFlag | SetupLeaderFlag,
            MessageType.ReadIndexRequest or MessageType.ReadIndexReply => 0,
            MessageType.StateDigest => 0,
            MessageType.StateDigestReply => DivergenceFlag | MajorityFlag,
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
        long sentAt = reader.ReadInt64("time of sending");
        if (sentAt > DateTimeOffset.MaxValue.UtcTicks)
        {
            reader.Fail(reader.Position - sizeof(long), $"the time of sending is {sentAt} ticks, beyond the year 9999");
        }

        string clusterId = ReadName(ref reader, names, "cluster id");
        NodeId from = ReadNodeName(ref reader, names, "sender's id");
        NodeId to = ReadNodeName(ref reader, names, "receiver's id");
        MessageOrigin origin = ReadOrigin(ref reader, clusterId, names, out bool isStopping);
        Envelope envelope = new(origin, from, to, term, correlation, sentAt, isStopping, flags);
        RaftMessage? message = type switch
        {
            MessageType.RequestVote => ReadRequestVote(ref reader, in envelope),
            MessageType.RequestVoteReply => ReadRequestVoteReply(ref reader, in envelope),
            MessageType.AppendEntries => ReadAppendEntries(ref reader, in envelope),
            MessageType.AppendEntriesReply => ReadAppendEntriesReply(ref reader, in envelope),
            MessageType.InstallSnapshot => ReadInstallSnapshot(ref reader, in envelope),
            MessageType.InstallSnapshotReply => ReadInstallSnapshotReply(ref reader, in envelope),
            MessageType.TimeoutNow => ReadTimeoutNow(ref reader, in envelope),
            MessageType.TimeoutNowReply => ReadTimeoutNowReply(ref reader, in envelope),
            MessageType.IdentityRefusal => ReadIdentityRefusal(ref reader, in envelope),
            MessageType.SetupRequest => ReadSetupRequest(in envelope),
            MessageType.SetupReply => ReadSetupReply(ref reader, in envelope),
            MessageType.ReadIndexRequest => ReadReadIndexRequest(ref reader, in envelope),
            MessageType.ReadIndexReply => ReadReadIndexReply(ref reader, in envelope),
            MessageType.StateDigest => ReadStateDigest(ref reader, in envelope),
            MessageType.StateDigestReply => ReadStateDigestReply(ref reader, in envelope),
            _ => null,
        };
        reader.ReadEnd();
        return reader.Failed ? null : message;
    }

    private static RequestVoteMessage ReadRequestVote(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        IsPreVote = envelope.Has(PreVoteFlag),
        LastLogIndex = reader.ReadInt64("last log index"),
        LastLogTerm = reader.ReadInt64("last log term"),
        IsTransfer = envelope.Has(TransferFlag),
        FirstMembers = ReadMembers(ref reader),
    };

    private static RequestVoteReplyMessage ReadRequestVoteReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        VoteGranted = envelope.Has(VoteGrantedFlag),
        IsPreVote = envelope.Has(PreVoteReplyFlag),
        Leader = envelope.Has(LeaderFlag) ? reader.ReadNodeId("leader's id") : (NodeId?)null,
    };

    private static AppendEntriesMessage ReadAppendEntries(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        PrevLogIndex = reader.ReadInt64("previous log index"),
        PrevLogTerm = reader.ReadInt64("previous log term"),
        LeaderCommit = reader.ReadInt64("leader's commit index"),
        Entries = ReadEntries(ref reader),
    };

    private static AppendEntriesReplyMessage ReadAppendEntriesReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        Success = envelope.Has(SuccessFlag),
        PrevLogIndex = reader.ReadInt64("previous log index"),
        LastIndex = reader.ReadInt64("last index"),
        ConflictIndex = reader.ReadInt64("conflict index"),
        ConflictTerm = reader.ReadInt64("conflict term"),
        AppliedIndex = reader.ReadInt64("applied index"),
    };

    private static InstallSnapshotMessage ReadInstallSnapshot(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        LastIncludedIndex = reader.ReadInt64("last included index"),
        LastIncludedTerm = reader.ReadInt64("last included term"),
        Checksum = reader.ReadUInt128("checksum"),
        Length = reader.ReadInt64("length of the snapshot"),
        Offset = reader.ReadInt64("offset in the snapshot"),
        LeaderCommit = reader.ReadInt64("leader's commit index"),
        Header = reader.ReadData("length of the header"),
        Data = reader.ReadData("length of the data"),
    };

    private static InstallSnapshotReplyMessage ReadInstallSnapshotReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        LastIncludedIndex = reader.ReadInt64("last included index"),
        LastIncludedTerm = reader.ReadInt64("last included term"),
        Checksum = reader.ReadUInt128("checksum"),
        NextOffset = reader.ReadInt64("next offset"),
        Reason = (SnapshotReplyReason)ReadCode(ref reader, (byte)SnapshotReplyReason.Unacceptable, "reason"),
    };

    private static TimeoutNowMessage ReadTimeoutNow(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        LastLogIndex = reader.ReadInt64("last log index"),
        LastLogTerm = reader.ReadInt64("last log term"),
    };

    private static TimeoutNowReplyMessage ReadTimeoutNowReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        Reason = (TimeoutNowRefusal)ReadCode(ref reader, (byte)TimeoutNowRefusal.Unfit, "reason"),
    };

    private static IdentityRefusalMessage ReadIdentityRefusal(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        FirstMembers = ReadMembers(ref reader),
    };

    private static ReadIndexRequestMessage ReadReadIndexRequest(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        Moment = (long)reader.ReadUInt64("moment"),
    };

    private static ReadIndexReplyMessage ReadReadIndexReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        Origin = envelope.Origin,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        SentAtTicks = envelope.SentAt,
        IsStopping = envelope.IsStopping,
        Moment = (long)reader.ReadUInt64("moment"),
        ReadIndex = reader.ReadInt64("read index"),
    };

    private static string ReadName(ref MessageReader reader, MessageNames? names, string what)
    {
        if (names?.FindNext(ref reader) is { } known)
        {
            return known;
        }

        string read = reader.ReadString(what);
        if (!reader.Failed)
        {
            names?.Add(read);
        }

        return read;
    }

    private static NodeId ReadNodeName(ref MessageReader reader, MessageNames? names, string what)
    {
        if (names?.FindNextNode(ref reader) is { } known)
        {
            return known;
        }

        NodeId read = reader.ReadNodeId(what);
        if (!reader.Failed)
        {
            names?.Add(read.Value);
        }

        return read;
    }

    private static MessageOrigin ReadOrigin(ref MessageReader reader, string clusterId, MessageNames? names, out bool isStopping)
    {
        byte flags = reader.ReadByte("flags of the sender");
        if (flags > (IdentityFlag | StoreFlag | StoppingFlag))
        {
            reader.Fail(reader.Position - 1, $"the flags of the sender are {flags}, which this node does not know");
        }

        ulong digest = reader.ReadUInt64("digest of the options");
        ClusterIdentity? identity = (flags & IdentityFlag) == 0
            ? null
            : new ClusterIdentity(reader.ReadUInt128("identity of the cluster"), reader.ReadInt32("generation of the cluster"));
        StoreIdentity? store = (flags & StoreFlag) == 0
            ? null
            : new StoreIdentity(reader.ReadGuid("id of the store"), reader.ReadInt64("opening of the store"));
        isStopping = (flags & StoppingFlag) != 0;
        return reader.Failed || names is null
            ? new MessageOrigin(clusterId, identity, store, digest)
            : names.Share(clusterId, identity, store, digest);
    }

    private static NodeSet ReadMembers(ref MessageReader reader)
    {
        int count = reader.ReadCount(SmallestNodeId, "number of listed members");
        if (count == 0)
        {
            return NodeSet.Empty;
        }

        NodeId[] members = new NodeId[count];
        for (int i = 0; i < members.Length && !reader.Failed; i++)
        {
            members[i] = reader.ReadNodeId("id of a listed member");
        }

        return new NodeSet(members);
    }

    /// <summary>Reads a byte that is one of a few codes.</summary>
    private static byte ReadCode(ref MessageReader reader, byte largest, string what)
    {
        byte code = reader.ReadByte(what);
        if (code > largest)
        {
            reader.Fail(reader.Position - 1, $"the {what} is {code}, which this node does not know");
        }

        return code;
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
            if (!kind.IsImplemented())
            {
                reader.Fail(reader.Position - 1, $"the kind of an entry is {(byte)kind}, which this version does not implement");
                break;
            }

            entries[i] = new LogEntry(term, kind, reader.ReadData("data length of an entry"), new DateTimeOffset(ticks, TimeSpan.Zero));
        }

        return entries;
    }

    /// <summary>The first part of every message.</summary>
    private readonly record struct Envelope(
        MessageOrigin Origin, NodeId From, NodeId To, long Term, long Correlation, long SentAt, bool IsStopping, byte Flags)
    {
        public bool Has(byte flag) => (Flags & flag) != 0;
    }
}
