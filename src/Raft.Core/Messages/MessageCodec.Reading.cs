namespace Raft;

/// <content>Reading. The parts are read in their order in the message, since the first problem is the one that is reported.</content>
public static partial class MessageCodec
{
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
            MessageType.InstallSnapshot => 0,
            MessageType.InstallSnapshotReply => InstalledFlag,
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
        Envelope envelope = new(clusterId, from, to, term, correlation, flags);
        RaftMessage? message = type switch
        {
            MessageType.RequestVote => ReadRequestVote(ref reader, in envelope),
            MessageType.RequestVoteReply => ReadRequestVoteReply(in envelope),
            MessageType.AppendEntries => ReadAppendEntries(ref reader, in envelope),
            MessageType.AppendEntriesReply => ReadAppendEntriesReply(ref reader, in envelope),
            MessageType.InstallSnapshot => ReadInstallSnapshot(ref reader, in envelope),
            MessageType.InstallSnapshotReply => ReadInstallSnapshotReply(ref reader, in envelope),
            _ => null,
        };
        reader.ReadEnd();
        return reader.Failed ? null : message;
    }

    private static RequestVoteMessage ReadRequestVote(ref MessageReader reader, in Envelope envelope) => new()
    {
        ClusterId = envelope.ClusterId,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        IsPreVote = envelope.Has(PreVoteFlag),
        LastLogIndex = reader.ReadInt64("last log index"),
        LastLogTerm = reader.ReadInt64("last log term"),
    };

    private static RequestVoteReplyMessage ReadRequestVoteReply(in Envelope envelope) => new()
    {
        ClusterId = envelope.ClusterId,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        VoteGranted = envelope.Has(VoteGrantedFlag),
        IsPreVote = envelope.Has(PreVoteReplyFlag),
    };

    private static AppendEntriesMessage ReadAppendEntries(ref MessageReader reader, in Envelope envelope) => new()
    {
        ClusterId = envelope.ClusterId,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        PrevLogIndex = reader.ReadInt64("previous log index"),
        PrevLogTerm = reader.ReadInt64("previous log term"),
        LeaderCommit = reader.ReadInt64("leader's commit index"),
        Entries = ReadEntries(ref reader),
    };

    private static AppendEntriesReplyMessage ReadAppendEntriesReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        ClusterId = envelope.ClusterId,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        Success = envelope.Has(SuccessFlag),
        PrevLogIndex = reader.ReadInt64("previous log index"),
        LastIndex = reader.ReadInt64("last index"),
        ConflictIndex = reader.ReadInt64("conflict index"),
        ConflictTerm = reader.ReadInt64("conflict term"),
    };

    private static InstallSnapshotMessage ReadInstallSnapshot(ref MessageReader reader, in Envelope envelope) => new()
    {
        ClusterId = envelope.ClusterId,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        LastIncludedIndex = reader.ReadInt64("last included index"),
        LastIncludedTerm = reader.ReadInt64("last included term"),
        Checksum = reader.ReadUInt128("checksum"),
        Length = reader.ReadInt64("length of the snapshot"),
        Offset = reader.ReadInt64("offset in the snapshot"),
        Header = reader.ReadData("length of the header"),
        Data = reader.ReadData("length of the data"),
    };

    private static InstallSnapshotReplyMessage ReadInstallSnapshotReply(ref MessageReader reader, in Envelope envelope) => new()
    {
        ClusterId = envelope.ClusterId,
        From = envelope.From,
        To = envelope.To,
        Term = envelope.Term,
        Correlation = envelope.Correlation,
        IsInstalled = envelope.Has(InstalledFlag),
        LastIncludedIndex = reader.ReadInt64("last included index"),
        LastIncludedTerm = reader.ReadInt64("last included term"),
        Checksum = reader.ReadUInt128("checksum"),
        NextOffset = reader.ReadInt64("next offset"),
    };

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
    private readonly record struct Envelope(string ClusterId, NodeId From, NodeId To, long Term, long Correlation, byte Flags)
    {
        public bool Has(byte flag) => (Flags & flag) != 0;
    }
}
