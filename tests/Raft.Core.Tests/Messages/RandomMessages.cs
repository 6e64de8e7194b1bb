using Raft.Consensus;

namespace Raft.Tests.Messages;

/// <summary>Messages of every type with random contents.</summary>
internal static class RandomMessages
{
    public static RaftMessage Next(Random random)
    {
        long Number() => random.NextInt64() >> random.Next(64);
        string Name(int minimum) => new([.. Enumerable.Range(0, random.Next(minimum, 20)).Select(_ => Letter())]);

        char Letter() => (char)random.Next('!', 0xD800) is var letter && char.IsWhiteSpace(letter) ? 'x' : letter; // a blank id is refused

        bool Coin() => random.Next(2) == 0;
        UInt128 Wide() => new((ulong)random.NextInt64() << 1, (ulong)random.NextInt64());
        NodeSet Nodes() => new([.. Enumerable.Range(0, random.Next(4)).Select(_ => new NodeId(Name(1)))]);
        MessageOrigin Origin() => new(
            Name(0),
            Coin() ? new ClusterIdentity(Wide(), random.Next()) : null,
            Coin() ? new StoreIdentity(Id(), Number()) : null,
            (ulong)random.NextInt64() << 1);
        Guid Id()
        {
            byte[] bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }

        LogEntry Entry(int _) => new(
            Number(),
            (EntryKind)random.Next(2),
            Samples.Pattern(random.Next(50)),
            new DateTimeOffset(Time(), TimeSpan.Zero));

        long Time() => random.NextInt64(DateTimeOffset.MaxValue.UtcTicks + 1);

        return random.Next(15) switch
        {
            0 => new RequestVoteMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                SentAtTicks = Time(),
                IsStopping = Coin(),
                LastLogIndex = Number(),
                LastLogTerm = Number(),
                IsPreVote = Coin(),
                IsTransfer = Coin(),
                FirstMembers = Nodes(),
            },
            1 => new RequestVoteReplyMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                SentAtTicks = Time(),
                IsStopping = Coin(),
                VoteGranted = Coin(),
                IsPreVote = Coin(),
                Leader = Coin() ? new NodeId(Name(1)) : (NodeId?)null,
            },
            2 => new AppendEntriesReplyMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                SentAtTicks = Time(),
                IsStopping = Coin(),
                Success = Coin(),
                PrevLogIndex = Number(),
                LastIndex = Number(),
                ConflictIndex = Number(),
                ConflictTerm = Number(),
                AppliedIndex = Number(),
            },
            3 => new InstallSnapshotReplyMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                SentAtTicks = Time(),
                IsStopping = Coin(),
                LastIncludedIndex = Number(),
                LastIncludedTerm = Number(),
                Checksum = Wide(),
                NextOffset = Number(),
                Reason = (SnapshotReplyReason)random.Next(Enum.GetValues<SnapshotReplyReason>().Length),
            },
            4 => new InstallSnapshotMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                SentAtTicks = Time(),
                IsStopping = Coin(),
                LastIncludedIndex = Number(),
                LastIncludedTerm = Number(),
                Checksum = Wide(),
                Length = Number(),
                Offset = Number(),
                LeaderCommit = Number(),
                Header = Samples.Pattern(random.Next(20)),
                Data = Samples.Pattern(random.Next(50)),
            },
            5 => new TimeoutNowMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                SentAtTicks = Time(),
                LastLogIndex = Number(),
                LastLogTerm = Number(),
            },
            6 => new TimeoutNowReplyMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                IsStopping = Coin(),
                Reason = (TimeoutNowRefusal)random.Next(Enum.GetValues<TimeoutNowRefusal>().Length),
            },
            7 => new IdentityRefusalMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                FirstMembers = Nodes(),
            },
            8 => new SetupRequestMessage { Origin = Origin(), From = Name(1), To = Name(1), Term = Number(), Correlation = Number() },
            9 => new SetupReplyMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                IsStopping = Coin(),
                Leader = Coin() ? Name(1) : (NodeId?)null,
                ListsReceiver = Coin(),
                Values = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new SetupValue(Name(0), Name(0)))],
            },
            10 => new ReadIndexRequestMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                IsStopping = Coin(),
                Moment = Number(),
            },
            11 => new ReadIndexReplyMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                IsStopping = Coin(),
                Moment = Number(),
                ReadIndex = Number(),
            },
            12 => new StateDigestMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                IsStopping = Coin(),
                AgreedIndex = Number(),
                Digests = [.. Enumerable.Range(0, random.Next(17)).Select(_ => new IndexedDigest(Number(), (ulong)Number()))],
            },
            13 => new StateDigestReplyMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                IsStopping = Coin(),
                ReceivedIndex = Number(),
                AgreedIndex = Number(),
                Divergence = Coin() ? null : new StateDivergence
                {
                    AgreedIndex = Number(),
                    DifferingIndex = Number(),
                    HasMajority = Coin(),
                    Sides = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new StateDivergenceSide((ulong)Number(), Nodes()))],
                },
            },
            _ => new AppendEntriesMessage
            {
                Origin = Origin(),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                SentAtTicks = Time(),
                IsStopping = Coin(),
                PrevLogIndex = Number(),
                PrevLogTerm = Number(),
                LeaderCommit = Number(),
                Entries = Enumerable.Range(0, random.Next(6)).Select(Entry).ToArray(),
            },
        };
    }
}
