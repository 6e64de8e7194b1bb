using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// Section 5.2: timeouts are drawn from a range so that split votes are rare. (Section 9.3 measures how much that matters.)
/// </summary>
public sealed class TimeoutSpreadTests
{
    private const int Rounds = 1_000;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Five independent timeouts from 1 to 3 s: the second falls within 100 ms of the first in 1 - 0.95^5 = 23 % of all
    /// rounds. A narrow range, or nodes that draw alike, would show here.
    /// </summary>
    [Fact]
    public void FiveNodes_ThousandRounds_FewHaveTwoCandidates()
    {
        int contested = Enumerable.Range(1, Rounds).Count(round => CandidatesOfRound((ulong)round) > 1);

        Assert.InRange(contested, Rounds * 15 / 100, Rounds * 30 / 100);
    }

    [Fact]
    public void Timeouts_ManyDraws_CoverTheWholeRangeEvenly()
    {
        DeterministicRandom random = new(seed: 7);
        (TimeSpan minimum, TimeSpan maximum) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        int[] buckets = new int[20];
        for (int i = 0; i < 20_000; i++)
        {
            TimeSpan drawn = random.NextBetween(minimum, maximum);
            Assert.InRange(drawn, minimum, maximum);
            buckets[Math.Min((int)((drawn - minimum) / (maximum - minimum) * buckets.Length), buckets.Length - 1)]++;
        }

        Assert.All(buckets, count => Assert.InRange(count, 850, 1_150));
    }

    [Fact]
    public void Timeouts_BothEnds_AreDrawn()
    {
        DeterministicRandom random = new(seed: 7);
        TimeSpan[] drawn = [.. Enumerable.Range(0, 100).Select(_ => random.NextBetween(TimeSpan.FromTicks(5), TimeSpan.FromTicks(7)))];

        Assert.Equal([5, 6, 7], drawn.Select(time => time.Ticks).Distinct().Order());
    }

    [Fact]
    public void Follower_EachSignOfLife_DrawsANewTimeout()
    {
        SingleModule n1 = new();
        HashSet<TimeSpan> timeouts = [];
        for (int i = 0; i < 10; i++)
        {
            n1.Clock.Advance(TimeSpan.FromMilliseconds(200));
            n1.Deliver(Make.Append("n2", 1, 0, 0, 0));
            timeouts.Add(n1.Module.NextDeadline!.Value - n1.Clock.Now);
        }

        Assert.Equal(10, timeouts.Count);
    }

    /// <summary>Plays one round until somebody leads; each message takes <see cref="Delay"/>.</summary>
    /// <returns>How many nodes campaigned.</returns>
    private static int CandidatesOfRound(ulong seed)
    {
        ModuleCluster cluster = new(5, Settings.Plain with { Seed = seed });
        PriorityQueue<RaftMessage, TimeSpan> underWay = new();
        HashSet<NodeId> candidates = [];
        while (cluster.Nodes.All(node => node.Module.Role != RaftRole.Leader))
        {
            TestNode next = cluster.Nodes.MinBy(node => node.Module.NextDeadline)!;
            if (underWay.TryPeek(out RaftMessage? message, out TimeSpan arrival) && arrival <= next.Module.NextDeadline)
            {
                underWay.Dequeue();
                cluster.Clock.AdvanceTo(arrival);
                cluster.Deliver(message);
            }
            else
            {
                next.AdvanceToDeadline();
                candidates.Add(next.Id);
            }

            foreach (RaftMessage sent in cluster.Take<RaftMessage>())
            {
                underWay.Enqueue(sent, cluster.Clock.Now + Delay);
            }
        }

        return candidates.Count;
    }
}
