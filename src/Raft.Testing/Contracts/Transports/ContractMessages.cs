using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// Messages for the clauses of <see cref="TransportContract"/>, and what they look like: two messages with the same look are the
/// same.
/// </summary>
internal static class ContractMessages
{
    private const int TextShown = 1_000;

    public static RequestVoteMessage Plain(NodeId from, NodeId to, long correlation) => new()
    {
        From = from,
        To = to,
        ClusterId = "contract",
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
        ClusterId = "contract",
        Term = 5,
        Correlation = correlation,
        PrevLogIndex = 7,
        PrevLogTerm = 4,
        LeaderCommit = 6,
        Entries = ContractEntries.Make(8, entries, term: correlation + 1, size),
    };

    /// <summary>Each type of message, with each field set to something that a default is not.</summary>
    public static RaftMessage[] OfEveryType(NodeId from, NodeId to, long correlation)
    {
        LogEntry plain = ContractEntries.Make(1, term: 8, size: 300);
        return
        [
            new RequestVoteMessage
            {
                From = from,
                To = to,
                ClusterId = "clüster/日本 \U0001F6F6",
                Term = 11,
                Correlation = correlation,
                LastLogIndex = 12,
                LastLogTerm = 10,
            },
            new RequestVoteMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 13,
                Correlation = correlation + 1,
                LastLogIndex = 0,
                LastLogTerm = 0,
                IsPreVote = true,
            },
            new RequestVoteReplyMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 14,
                Correlation = correlation + 2,
                VoteGranted = true,
            },
            new RequestVoteReplyMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 15,
                Correlation = correlation + 3,
                VoteGranted = false,
                IsPreVote = true,
            },
            new AppendEntriesMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = long.MaxValue,
                Correlation = correlation + 4,
                PrevLogIndex = 1L << 50,
                PrevLogTerm = 1L << 40,
                LeaderCommit = 1L << 49,
                Entries = default,
            },
            new AppendEntriesMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 16,
                Correlation = correlation + 5,
                PrevLogIndex = 20,
                PrevLogTerm = 7,
                LeaderCommit = 19,
                Entries = new[]
                {
                    plain,
                    plain with { Kind = EntryKind.NoOp, Data = default, Time = DateTimeOffset.UnixEpoch },
                    plain with { Time = plain.Time.AddTicks(1) },
                    plain with { Kind = EntryKind.NoOp, Term = 1L << 41 },
                },
            },
            new AppendEntriesReplyMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 17,
                Correlation = correlation + 6,
                Success = true,
                PrevLogIndex = 21,
                LastIndex = 25,
            },
            new AppendEntriesReplyMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 18,
                Correlation = long.MaxValue,
                Success = false,
                PrevLogIndex = 30,
                LastIndex = 26,
                ConflictIndex = 24,
                ConflictTerm = 6,
            },
            new InstallSnapshotMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 19,
                Correlation = correlation + 7,
                LastIncludedIndex = 1L << 50,
                LastIncludedTerm = 18,
                Checksum = new UInt128(1UL << 63, 3),
                Length = 1L << 42,
                Offset = 0,
                Header = ContractEntries.Make(2, term: 8, size: 40).Data,
                Data = plain.Data,
            },
            new InstallSnapshotMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 19,
                Correlation = correlation + 8,
                LastIncludedIndex = 31,
                LastIncludedTerm = 18,
                Checksum = UInt128.MaxValue,
                Length = (1L << 41) + plain.Data.Length,
                Offset = 1L << 41,
                Data = plain.Data,
            },
            new InstallSnapshotReplyMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 20,
                Correlation = correlation + 9,
                LastIncludedIndex = 31,
                LastIncludedTerm = 18,
                Checksum = new UInt128(5, 1UL << 63),
                NextOffset = 1L << 40,
            },
            new InstallSnapshotReplyMessage
            {
                From = from,
                To = to,
                ClusterId = "contract",
                Term = 21,
                Correlation = correlation + 10,
                LastIncludedIndex = 32,
                LastIncludedTerm = 17,
                Checksum = 6,
                NextOffset = 33,
                IsInstalled = true,
            },
        ];
    }

    /// <summary>What a message looks like, down to the last byte of its entries.</summary>
    public static string Describe(RaftMessage message)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{message.GetType().Name} from '{message.From}' to '{message.To}' of cluster "
            + $"'{message.ClusterId}', term {message.Term}, correlation {message.Correlation}");
        switch (message)
        {
            case RequestVoteMessage vote:
                text.Append(CultureInfo.InvariantCulture, $", last log index {vote.LastLogIndex}, last log term {vote.LastLogTerm}, "
                    + $"pre-vote {vote.IsPreVote}");
                break;
            case RequestVoteReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", granted {reply.VoteGranted}, pre-vote {reply.IsPreVote}");
                break;
            case AppendEntriesReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", success {reply.Success}, previous {reply.PrevLogIndex}, last "
                    + $"{reply.LastIndex}, conflict {reply.ConflictIndex} of term {reply.ConflictTerm}");
                break;
            case InstallSnapshotMessage install:
                text.Append(CultureInfo.InvariantCulture, $", last included {install.LastIncludedIndex} of term "
                    + $"{install.LastIncludedTerm}, checksum {install.Checksum:x32}, length {install.Length}, offset {install.Offset}");
                text.Append(", header ").Append(Convert.ToHexStringLower(install.Header.Span)).Append(", data ").Append(
                    Convert.ToHexStringLower(install.Data.Span));
                break;
            case InstallSnapshotReplyMessage reply:
                text.Append(CultureInfo.InvariantCulture, $", last included {reply.LastIncludedIndex} of term {reply.LastIncludedTerm}, "
                    + $"checksum {reply.Checksum:x32}, next {reply.NextOffset}, installed {reply.IsInstalled}");
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
