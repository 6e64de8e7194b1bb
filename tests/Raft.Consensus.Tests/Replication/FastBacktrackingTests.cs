using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>
/// Section 5.3, end: a rejection carries the conflicting term, and the leader skips all entries of it: one rejection per term, not
/// one per entry.
/// </summary>
public sealed class FastBacktrackingTests
{
    public static TheoryData<long[], long[], int> Cases { get; } = new()
    {
        // leader's log, follower's log, rejections at most
        { [1, 1, 1, 1], [1, 1, 1, 1], 0 },
        { [1, 1, 1, 1, 1, 1, 1, 1], [], 1 },
        { [1, 1, 1, 1, 1, 1, 1, 1], [1, 1], 1 },
        { [1, 2, 2, 2, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1, 1, 1], 1 },
        { [1, 1, 1, 1, 1, 1, 1, 5], [1, 2, 2, 2, 2, 2, 2, 2], 2 },
        { [1, 1, 1, 1, 1, 1, 1, 5], [1, 2, 2, 2, 3, 3, 3, 4], 2 },
        { [1, 3, 3, 3, 5, 5, 5, 5], [1, 2, 2, 2, 4, 4, 4, 4], 2 },
        { [1, 3, 3, 5, 5, 7, 7, 9], [1, 2, 2, 4, 4, 6, 6, 8], 4 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Leader_ConflictingTerms_SkipsWholeTerms(long[] leader, long[] follower, int most)
    {
        Assert.InRange(Rejections(leader, follower), 0, most);
    }

    /// <summary>
    /// Random logs, which agree up to some point as any two logs of a cluster do: never more rejections than conflicting terms in
    /// either log.
    /// </summary>
    [Fact]
    public void Leader_RandomLogs_NeedsAtMostOneRejectionPerConflictingTerm()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            List<long> common = Extend(random, [], 1, random.Next(0, 6), step: 1);
            long term = common.Count == 0 ? 1 : common[^1] + 1;

            // Odd terms went to one node and even ones to the other: after the common part no term is in both logs.
            long[] leader = [.. Extend(random, common, term | 1, random.Next(1, 25), step: 2)];
            long[] follower = [.. Extend(random, common, (term | 1) + 1, random.Next(0, 25), step: 2)];
            int conflicting = Math.Min(
                leader.Skip(common.Count).Distinct().Count(),
                follower.Skip(common.Count).Distinct().Count() + 1); // and one for the term on which both agree

            int rejections = Rejections(leader, follower);

            Assert.True(
                rejections <= Math.Max(1, conflicting),
                $"seed {seed}: {rejections} rejections for [{string.Join(',', leader)}] against [{string.Join(',', follower)}]");
        }
    }

    private static List<long> Extend(Random random, List<long> log, long term, int count, int step)
    {
        List<long> extended = [.. log];
        for (int i = 0; i < count; i++)
        {
            extended.Add(term);
            term += random.Next(3) == 0 ? step : 0;
        }

        return extended;
    }

    private static int Rejections(long[] leader, long[] follower)
    {
        long term = Math.Max(leader.LastOrDefault(), follower.LastOrDefault());
        ModuleCluster cluster = new(3);
        cluster.Preset("n1", term, leader);
        cluster.Preset("n2", term, follower);
        cluster.Isolate("n2");
        cluster.Elect("n1");
        Assert.Equal(RaftRole.Leader, cluster["n1"].Module.Role);

        cluster.Heal();
        cluster.Heartbeat("n1");

        Assert.Equal(cluster["n1"].Log, cluster["n2"].Log);
        Assert.Equal(cluster["n1"].Module.LastIndex, cluster["n2"].Module.CommitIndex);
        return cluster.Delivered.OfType<AppendEntriesReplyMessage>().Count(reply => reply.From == "n2" && !reply.Success);
    }
}
