using Raft.Consensus;

namespace Raft.Testing;

/// <summary>Each type of message, with each field set to something that a default is not, for <see cref="TransportContract"/>.</summary>
internal static class MessagesOfEveryType
{
    /// <summary>Makes them.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="correlation">The correlation of the first ones; the others have one of the next numbers.</param>
    public static RaftMessage[] Make(NodeId from, NodeId to, long correlation)
    {
        LogEntry plain = ContractEntries.Make(1, term: 8, size: 300);
        return
        [
            new RequestVoteMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin with { Store = null },
                Term = 11,
                Correlation = correlation,
                LastLogIndex = 12,
                LastLogTerm = 10,
            },
            new RequestVoteMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
                Term = 14,
                Correlation = correlation + 2,
                VoteGranted = true,
            },
            new RequestVoteReplyMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
                Term = 15,
                Correlation = correlation + 3,
                VoteGranted = false,
                IsPreVote = true,
            },
            new AppendEntriesMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
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
                Origin = ContractMessages.Origin,
                SentAtTicks = 638_000_000_000_000_001,
                Term = 21,
                Correlation = correlation + 10,
                LastIncludedIndex = 32,
                LastIncludedTerm = 17,
                Checksum = 6,
                NextOffset = 33,
                Reason = SnapshotReplyReason.Installed,
            },
            new RequestVoteMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                SentAtTicks = 1,
                Term = 22,
                Correlation = correlation + 11,
                LastLogIndex = 14,
                LastLogTerm = 13,
                IsTransfer = true,
                FirstMembers = new NodeSet(["n1", "n2"]),
            },
            new RequestVoteReplyMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 23,
                Correlation = correlation + 12,
                VoteGranted = false,
                Leader = "n3",
                IsStopping = true,
            },
            new TimeoutNowMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 24,
                Correlation = correlation + 13,
                LastLogIndex = 41,
                LastLogTerm = 24,
            },
            new TimeoutNowReplyMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 25,
                Correlation = correlation + 14,
                Reason = TimeoutNowRefusal.NotAVoter,
            },
            new IdentityRefusalMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin with { Identity = null },
                Term = 26,
                Correlation = correlation + 15,
                FirstMembers = new NodeSet(["n1", "n4"]),
            },
            new SetupRequestMessage { From = from, To = to, Origin = ContractMessages.Origin, Term = 27, Correlation = correlation + 16 },
            new SetupReplyMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 28,
                Correlation = correlation + 17,
                Leader = "n4",
                ListsReceiver = true,
                Values = [new SetupValue("HeartbeatInterval", "00:00:00.2"), new SetupValue("Version", string.Empty)],
            },
            new ReadIndexRequestMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 29,
                Correlation = correlation + 18,
                Moment = 123_456_789_012,
            },
            new ReadIndexReplyMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 30,
                Correlation = correlation + 19,
                Moment = 987_654_321,
                ReadIndex = 43,
            },
            new StateDigestMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 31,
                Correlation = correlation + 20,
                AgreedIndex = 44,
                Digests = [new IndexedDigest(45, ulong.MaxValue), new IndexedDigest(46, 0)],
            },
            new StateDigestReplyMessage
            {
                From = from,
                To = to,
                Origin = ContractMessages.Origin,
                Term = 32,
                Correlation = correlation + 21,
                ReceivedIndex = 46,
                AgreedIndex = 44,
                Divergence = new StateDivergence
                {
                    AgreedIndex = 44,
                    DifferingIndex = 45,
                    HasMajority = true,
                    Sides = [new StateDivergenceSide(47, new NodeSet(["n1", "n2"])), new StateDivergenceSide(48, new NodeSet(["n3"]))],
                },
            },
        ];
    }
}
