namespace Raft.Tests.Messages;

/// <summary>Messages of every type with random contents.</summary>
internal static class RandomMessages
{
    public static RaftMessage Next(Random random)
    {
        long Number() => random.NextInt64() >> random.Next(64);
        string Name(int minimum) => new([.. Enumerable.Range(0, random.Next(minimum, 20)).Select(_ => (char)random.Next('!', 0xD800))]);
        bool Coin() => random.Next(2) == 0;
        UInt128 Wide() => new((ulong)random.NextInt64() << 1, (ulong)random.NextInt64());
        LogEntry Entry(int _) => new(
            Number(),
            (EntryKind)random.Next(2),
            Samples.Pattern(random.Next(50)),
            new DateTimeOffset(random.NextInt64(DateTimeOffset.MaxValue.UtcTicks + 1), TimeSpan.Zero));

        return random.Next(6) switch
        {
            0 => new RequestVoteMessage
            {
                ClusterId = Name(0),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                LastLogIndex = Number(),
                LastLogTerm = Number(),
                IsPreVote = Coin(),
            },
            1 => new RequestVoteReplyMessage
            {
                ClusterId = Name(0),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                VoteGranted = Coin(),
                IsPreVote = Coin(),
            },
            2 => new AppendEntriesReplyMessage
            {
                ClusterId = Name(0),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                Success = Coin(),
                PrevLogIndex = Number(),
                LastIndex = Number(),
                ConflictIndex = Number(),
                ConflictTerm = Number(),
            },
            3 => new InstallSnapshotReplyMessage
            {
                ClusterId = Name(0),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                LastIncludedIndex = Number(),
                LastIncludedTerm = Number(),
                Checksum = Wide(),
                NextOffset = Number(),
                IsInstalled = Coin(),
            },
            4 => new InstallSnapshotMessage
            {
                ClusterId = Name(0),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                LastIncludedIndex = Number(),
                LastIncludedTerm = Number(),
                Checksum = Wide(),
                Length = Number(),
                Offset = Number(),
                Header = Samples.Pattern(random.Next(20)),
                Data = Samples.Pattern(random.Next(50)),
            },
            _ => new AppendEntriesMessage
            {
                ClusterId = Name(0),
                From = Name(1),
                To = Name(1),
                Term = Number(),
                Correlation = Number(),
                PrevLogIndex = Number(),
                PrevLogTerm = Number(),
                LeaderCommit = Number(),
                Entries = Enumerable.Range(0, random.Next(6)).Select(Entry).ToArray(),
            },
        };
    }
}
