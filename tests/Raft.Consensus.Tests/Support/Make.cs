namespace Raft.Consensus.Tests.Support;

/// <summary>Makes messages by hand, for a module called n1.</summary>
internal static class Make
{
    public const string ClusterId = "raft";

    /// <summary>Unless a test sets them, modules have no identity, and volatile stores.</summary>
    public static readonly MessageOrigin Origin = new(ClusterId, Identity: null);

    /// <summary>Empty commands of these terms.</summary>
    public static LogEntry[] Entries(params long[] terms) =>
        [.. terms.Select(term => new LogEntry(term, EntryKind.Command, default, DateTimeOffset.UnixEpoch))];

    /// <summary>An entry with a configuration of these voters.</summary>
    public static LogEntry Configuration(long term, params string[] voters)
    {
        ClusterConfiguration configuration = new(voters.Select(static voter => new RaftMember(voter)));
        return new LogEntry(term, EntryKind.Configuration, ConfigurationEncoding.Encode(configuration), DateTimeOffset.UnixEpoch);
    }

    /// <summary>RequestVote of a candidate whose last entry is (<paramref name="lastIndex"/>, <paramref name="lastTerm"/>).</summary>
    public static RequestVoteMessage RequestVote(NodeId from, long term, long lastIndex, long lastTerm, bool isPreVote = false) => new()
    {
        From = from,
        To = "n1",
        Origin = Origin,
        Term = term,
        LastLogIndex = lastIndex,
        LastLogTerm = lastTerm,
        IsPreVote = isPreVote,
    };

    /// <summary>AppendEntries with entries of the given terms after (<paramref name="prevIndex"/>, <paramref name="prevTerm"/>).</summary>
    public static AppendEntriesMessage Append(NodeId from, long term, long prevIndex, long prevTerm, long commit, params long[] entries) =>
        new()
        {
            From = from,
            To = "n1",
            Origin = Origin,
            Term = term,
            PrevLogIndex = prevIndex,
            PrevLogTerm = prevTerm,
            Entries = Entries(entries),
            LeaderCommit = commit,
        };

    /// <summary>The answer to a vote request: by default in the term that was asked for.</summary>
    public static RequestVoteReplyMessage Vote(RequestVoteMessage request, bool granted, long? term = null) => new()
    {
        From = request.To,
        To = request.From,
        Origin = Origin,
        Term = term ?? request.Term,
        Correlation = request.Correlation,
        VoteGranted = granted,
        IsPreVote = request.IsPreVote,
    };

    /// <summary>The follower has everything that the request vouches for.</summary>
    public static AppendEntriesReplyMessage Accept(AppendEntriesMessage request, long? lastIndex = null) => new()
    {
        From = request.To,
        To = request.From,
        Origin = Origin,
        Term = request.Term,
        Correlation = request.Correlation,
        Success = true,
        PrevLogIndex = request.PrevLogIndex,
        LastIndex = lastIndex ?? request.LastIndex,
    };

    /// <summary>The follower's log does not agree with the request; it names where it could.</summary>
    public static AppendEntriesReplyMessage Reject(AppendEntriesMessage request, long lastIndex, long conflictIndex, long conflictTerm) =>
        Accept(request) with { Success = false, LastIndex = lastIndex, ConflictIndex = conflictIndex, ConflictTerm = conflictTerm };

    /// <summary>InstallSnapshot with the part of a snapshot that begins at an offset; all of it unless a length is given.</summary>
    public static InstallSnapshotMessage Install(NodeId from, long term, TestSnapshot snapshot, long offset =
        0, int length = int.MaxValue, long correlation = 0)
    {
        SnapshotChunk chunk = snapshot.ChunkAt(offset, length) ?? throw new ArgumentOutOfRangeException(nameof(offset));
        return new InstallSnapshotMessage
        {
            From = from,
            To = "n1",
            Origin = Origin,
            Term = term,
            Correlation = correlation,
            LastIncludedIndex = snapshot.Index,
            LastIncludedTerm = snapshot.Term,
            Checksum = snapshot.Identity.Checksum,
            Length = chunk.Length,
            Offset = chunk.Offset,
            Header = chunk.Header,
            Data = chunk.Data,
        };
    }

    /// <summary>The follower has stored the chunk, and wants what comes after it or at another offset.</summary>
    public static InstallSnapshotReplyMessage Want(InstallSnapshotMessage request, long? nextOffset = null) => new()
    {
        From = request.To,
        To = request.From,
        Origin = Origin,
        Term = request.Term,
        Correlation = request.Correlation,
        LastIncludedIndex = request.LastIncludedIndex,
        LastIncludedTerm = request.LastIncludedTerm,
        Checksum = request.Checksum,
        NextOffset = nextOffset ?? request.Offset + request.Data.Length,
        Reason = nextOffset == 0 ? SnapshotReplyReason.OutOfPlace : SnapshotReplyReason.Stored,
    };

    /// <summary>The follower holds all that the snapshot covers.</summary>
    public static InstallSnapshotReplyMessage Installed(InstallSnapshotMessage request) =>
        Want(request, nextOffset: 0) with { Reason = SnapshotReplyReason.Installed };
}
