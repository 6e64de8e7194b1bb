namespace Raft.Tests.Node;

/// <summary>A process that was paused looks at what has arrived before it looks at its timers.</summary>
public sealed class PauseTests
{
    [Fact]
    public void Follower_PausedBeyondItsTimeoutWithAHeartbeatWaiting_DoesNotCampaign()
    {
        Lab lab = new();
        using FakePeers peers = new(lab, "n2", "n3");
        LabNode n1 = lab.Node(members: 3);
        n1.Run();
        n1.AppendEntries(1, "n2", 0, 0, []);

        Task heartbeat = n1.Raft.AppendEntriesAsync(1, "n2", 0, 0, [], 0, TestContext.Current.CancellationToken).AsTask();
        lab.World.Clock.AdvanceBy(TimeSpan.FromSeconds(4)); // the longest timeout is 3 s, and nothing has run meanwhile
        lab.World.RunFor(TimeSpan.FromMilliseconds(100));

        Assert.True(heartbeat.IsCompletedSuccessfully);
        Assert.Equal((RaftRole.Follower, "n2"), (n1.Status.Role, n1.Status.Leader?.Value));
        Assert.Empty(peers.Received.OfType<RequestVoteMessage>());
        n1.Stop();
        n1.AssertNoCallerWaits();
    }
}
