using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Section 5.2: randomized timeouts make split votes rare and resolve those that happen.</summary>
public sealed class SplitVoteTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Nodes_WithTheSameSeed_StillElectALeader(int nodes)
    {
        SimulatedCluster cluster = new(nodes, configure: options => options.RandomSeed = 42);

        cluster.Start();

        cluster.WaitForLeader(TimeSpan.FromSeconds(5));
        cluster.Propose("elected");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Candidates_ThatSplitTheVote_TryAgainUntilOneWins(bool preVote)
    {
        SimulatedCluster cluster = new(4, seed: 5, options =>
        {
            options.PreVote = preVote;
            options.MinimumElectionTimeout = TimeSpan.FromMilliseconds(20); // hardly more than two round trips: votes split often
            options.MaximumElectionTimeout = TimeSpan.FromMilliseconds(60);
        });
        cluster.Start();

        cluster.WaitForLeader();

        cluster.Propose("elected");
    }

    [Fact]
    public void TwoCandidatesInOneTerm_WithHalfOfTheVotesEach_GiveALaterTermALeader()
    {
        SimulatedCluster cluster = new(4, configure: options => options.PreVote = false);
        SortedSet<string> candidates = [];
        long firstTerm = long.MaxValue;
        using (MessageRule split = cluster.Network.Drop(message =>
        {
            // n1 is heard by n2 alone, and n4 by n3 alone.
            if (message is not RequestVoteMessage request)
            {
                return false;
            }

            candidates.Add(request.From.Value);
            firstTerm = Math.Min(firstTerm, request.Term);
            return (request.From.Value, request.To.Value) is not (("n1", "n2") or ("n4", "n3"));
        }))
        {
            cluster.Start();
            cluster.World.RunUntil(() => candidates.Contains("n1") && candidates.Contains("n4"));
            cluster.World.RunFor(TimeSpan.FromSeconds(1));
            Assert.Null(cluster.Leader);
        }

        NodeId leader = cluster.WaitForLeader();

        Assert.True(cluster[leader].Status.Term > firstTerm);
        Assert.Equal(1, cluster.Elections);
    }
}
