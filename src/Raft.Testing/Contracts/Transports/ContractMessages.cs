using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// Messages for the clauses of <see cref="TransportContract"/>, and what they look like: two messages with the same look are the
/// same.
/// </summary>
internal static class ContractMessages
{
    private const int TextShown = 200;

    /// <summary>The sender of all messages but a few, which differ in all but the cluster: a transport may announce its nodes.</summary>
    public static readonly MessageOrigin Origin = new(
        "clüster/日本 \U0001F6F6",
        new ClusterIdentity(new UInt128(1UL << 63, 7), Generation: 2),
        new StoreIdentity(new Guid("00010203-0405-0607-0809-0a0b0c0d0eff"), Opening: 3),
        OptionsDigest: ulong.MaxValue);

    public static RequestVoteMessage Plain(NodeId from, NodeId to, long correlation) => new()
    {
        From = from,
        To = to,
        Origin = Origin,
        SentAtTicks = 638_000_000_000_000_001,
        Term = 3,
        Correlation = correlation,
        LastLogIndex = correlation,
        LastLogTerm = 2,
    };

    /// <summary>A message with a payload, which differs from that of any other correlation.</summary>
    public static AppendEntriesMessage Loaded(NodeId from, NodeId to, long correlation, int entries, int size) => new()
    {
        From = from,
        To = to,
        Origin = Origin,
        SentAtTicks = 638_000_000_000_000_001,
        Term = 5,
        Correlation = correlation,
        PrevLogIndex = 7,
        PrevLogTerm = 4,
        LeaderCommit = 6,
        Entries = ContractEntries.Make(8, entries, term: correlation + 1, size),
    };

    /// <summary>A chunk of a snapshot. The first one has a header too.</summary>
    public static InstallSnapshotMessage Chunk(NodeId from, NodeId to, long correlation, long offset, int size) => new()
    {
        From = from,
        To = to,
        Origin = Origin,
        SentAtTicks = 638_000_000_000_000_001,
        Term = 6,
        Correlation = correlation,
        LastIncludedIndex = 40,
        LastIncludedTerm = 5,
        Checksum = new UInt128(1UL << 62, 9),
        Length = offset + (2L * size),
        Offset = offset,
        Header = offset == 0 ? ContractEntries.Make(2, term: 5, size: 40).Data : default,
        Data = ContractEntries.Make(1, term: correlation + 1, size).Data,
    };

    /// <summary>A message that shares no memory with any other, for many of them.</summary>
    public static AppendEntriesMessage Bulky(NodeId from, NodeId to, long correlation, int size) => new()
    {
        From = from,
        To = to,
        Origin = Origin,
        Term = 5,
        Correlation = correlation,
        PrevLogIndex = 7,
        PrevLogTerm = 4,
        LeaderCommit = 6,
        Entries = new[] { new LogEntry(5, EntryKind.Command, new byte[size], SimulatedClock.Origin) },
    };

    /// <summary>What a message looks like, down to the last byte of its entries.</summary>
    public static string Describe(RaftMessage message)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{message.GetType().Name} from '{message.From}' to '{message.To}' of cluster "
            + $"'{message.ClusterId}', term {message.Term}, correlation {message.Correlation}, identity {message.Origin.Identity}, "
            + $"store {message.Origin.Store}, digest {message.Origin.OptionsDigest}, sent at {message.SentAtTicks}, "
            + $"stopping {message.IsStopping}");
        switch (message)
        {
            case RequestVoteMessage vote:
                text.Append(CultureInfo.InvariantCulture, $", last log index {vote.LastLogIndex}, last log term {vote.LastLogTerm}, "
                    + $"pre-vote {vote.IsPreVote}, transfer {vote.IsTransfer}, first members {string.Join(' ', vote.FirstMembers)}");
                break;
            case RequestVoteReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", granted {reply.VoteGranted}, pre-vote {reply.IsPreVote}, "
                    + $"leader {reply.Leader}");
                break;
            case AppendEntriesReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", success {reply.Success}, previous {reply.PrevLogIndex}, last "
                    + $"{reply.LastIndex}, conflict {reply.ConflictIndex} of term {reply.ConflictTerm}, applied {reply.AppliedIndex}");
                break;
            case InstallSnapshotMessage install:
                text.Append(CultureInfo.InvariantCulture, $", last included {install.LastIncludedIndex} of term "
                    + $"{install.LastIncludedTerm}, checksum {install.Checksum:x32}, length {install.Length}, offset {install.Offset}, "
                    + $"commit {install.LeaderCommit}");
                text.Append(", header ").Append(Convert.ToHexStringLower(install.Header.Span)).Append(", data ").Append(
                    Convert.ToHexStringLower(install.Data.Span));
                break;
            case InstallSnapshotReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", last included {reply.LastIncludedIndex} of term {reply.LastIncludedTerm}, "
                    + $"checksum {reply.Checksum:x32}, next {reply.NextOffset}, {reply.Reason}");
                break;
            case TimeoutNowMessage transfer:
                text.Append(CultureInfo.InvariantCulture, $", last {transfer.LastLogIndex} of term {transfer.LastLogTerm}");
                break;
            case TimeoutNowReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", {reply.Reason}");
                break;
            case SetupReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", leader {reply.Leader}, listed {reply.ListsReceiver}, "
                    + $"{string.Join(' ', reply.Values)}");
                break;
            case ReadIndexRequestMessage request:
                text.Append(CultureInfo.InvariantCulture, $", moment {request.Moment}");
                break;
            case ReadIndexReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", moment {reply.Moment}, read index {reply.ReadIndex}");
                break;
            case StateDigestMessage report:
                text.Append(CultureInfo.InvariantCulture, $", agreed {report.AgreedIndex}, {string.Join(' ', report.Digests)}");
                break;
            case StateDigestReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", received {reply.ReceivedIndex}, agreed {reply.AgreedIndex}, "
                    + $"{reply.Divergence}");
                break;
            case IdentityRefusalMessage refusal:
                text.Append(CultureInfo.InvariantCulture, $", first members {string.Join(' ', refusal.FirstMembers)}");
                break;
            case AppendEntriesMessage append:
                text.Append(CultureInfo.InvariantCulture, $", previous {append.PrevLogIndex} of term {append.PrevLogTerm}, commit "
                    + $"{append.LeaderCommit}, {append.Entries.Length} entries");
                foreach (ref readonly LogEntry entry in append.Entries.Span)
                {
                    text.Append(" (").Append(ContractEntries.Describe(in entry)).Append(
                        CultureInfo.InvariantCulture, $", hash {PrefixHash.Add(0, in entry):x16})");
                }

                break;
        }

        return text.ToString();
    }

    public static string Shorten(string text) => text.Length <= TextShown ? text : text[..TextShown] + "...";
}
