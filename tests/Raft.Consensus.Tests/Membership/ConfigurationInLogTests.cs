using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Membership;

/// <summary>The configuration in effect, against a model that looks for it in all entries that there ever were.</summary>
public sealed class ConfigurationInLogTests
{
    private static readonly ClusterConfiguration Initial = new(["options"]);

    [Fact]
    public void Log_ChangedInAnyWay_HasTheLatestConfigurationOfItsEntries()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Run(new Random(seed), seed);
        }
    }

    private static void Run(Random random, int seed)
    {
        List<LogEntry> entries = []; // from index 1 on, also those that the log has dropped
        ReplicatedLog log = NewLog();
        long covered = 0; // by a snapshot, so it is committed and never truncated
        for (int step = 0; step < 200; step++)
        {
            switch (random.Next(12))
            {
                case < 6:
                    LogEntry[] added = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => AnyEntry(random))];
                    entries.AddRange(added);
                    log.Append(added);
                    break;
                case < 8 when log.LastIndex > Math.Max(covered, log.PreviousIndex):
                    long from = random.NextInt64(Math.Max(covered, log.PreviousIndex) + 1, log.LastIndex + 1);
                    entries.RemoveRange((int)from - 1, entries.Count - (int)from + 1);
                    log.TruncateFrom(from);
                    break;
                case < 9 when log.LastIndex > log.PreviousIndex:
                    log.DropThrough(random.NextInt64(log.FirstIndex, log.LastIndex + 1));
                    break;
                case 9: // a leader's snapshot
                    entries.AddRange(Enumerable.Range(0, random.Next(1, 6)).Select(_ => AnyEntry(random)));
                    covered = entries.Count;
                    log.RestartAfter(entries.Count, 1, default, SnapshotOf(entries, entries.Count));
                    break;
                case 10: // a restart, with a snapshot at or after the start of the log
                    long start = log.PreviousIndex;
                    covered = random.NextInt64(Math.Max(covered, start), log.LastIndex + 1);
                    log = NewLog(start, SnapshotOf(entries, covered));
                    log.Append(entries.Skip((int)start).ToArray());
                    break;
            }

            AssertSame(log, entries, seed);
        }
    }

    private static void AssertSame(ReplicatedLog log, List<LogEntry> entries, int seed)
    {
        Assert.Equal(entries.Count, log.LastIndex);
        Assert.True(Latest(entries, entries.Count).Equals(log.Configurations.Current), $"Seed {seed}: the current one is wrong.");
        Assert.Equal(Latest(entries, entries.Count).Index == 0, log.Configurations.IsEmpty);
    }

    private static ReplicatedLog NewLog(long start = 0, ClusterConfiguration? snapshot = null)
    {
        ConfigurationHistory configurations = new(Initial);
        configurations.StartFrom(snapshot);
        return new ReplicatedLog(start, start == 0 ? 0 : 1, configurations: configurations);
    }

    private static LogEntry AnyEntry(Random random) =>
        random.Next(4) > 0 ? Make.Entries(1)[0] : Make.Configuration(1, $"n{random.Next(1_000)}");

    private static ClusterConfiguration? SnapshotOf(List<LogEntry> entries, long index) =>
        Latest(entries, index) is { Index: > 0 } latest ? latest : null;

    private static ClusterConfiguration Latest(List<LogEntry> entries, long index)
    {
        int position = entries.Take((int)index).ToList().FindLastIndex(static entry => entry.Kind == EntryKind.Configuration);
        return position < 0 ? Initial : ConfigurationEncoding.Decode(entries[position].Data, position + 1);
    }
}
