using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Quorums;

/// <summary>
/// When voters were last in contact: for the reachable members of a node, and for check-quorum (dissertation, section 6.2).
/// </summary>
public sealed class VoterContactTests
{
    private static readonly Settings NoPreVote = Settings.Default with { PreVote = false };

    [Fact]
    public void QuorumHeardAt_ContactAtDifferentTimes_IsThatOfTheMajority()
    {
        VoterContact contact = Contact();
        contact.OnLeading(At(0));
        contact.OnHeard("n2", At(3));
        contact.OnHeard("n3", At(7));
        contact.OnHeard("n4", At(5));

        Assert.Equal(At(5), contact.QuorumHeardAt(At(9)));
        Assert.Equal(At(3), contact.HeardAt(1));
    }

    [Fact]
    public void QuorumHeardAt_NewLeader_CountsFromItsElection()
    {
        VoterContact contact = Contact();
        contact.OnHeard("n2", At(1));

        contact.OnLeading(At(4));

        Assert.Equal(At(4), contact.QuorumHeardAt(At(9)));
    }

    [Fact]
    public void HeardWithin_SomeSilentForLonger_HasTheOthersAndThisNode()
    {
        VoterContact contact = Contact();
        contact.OnHeard("n2", At(1));
        contact.OnHeard("n5", At(6));

        Assert.Equal(0b1_0001UL, contact.HeardWithin(At(4), At(9)));
        Assert.Equal(0b1_0011UL, contact.HeardWithin(At(8), At(9)));
    }

    [Fact]
    public void ForgetSilent_VoterSilentForThatLong_IsNotReachable()
    {
        VoterContact contact = Contact();
        contact.OnHeard("n2", At(1));
        contact.OnHeard("n3", At(2));

        contact.ForgetSilent(At(8), At(9));

        Assert.Equal(0b0_0101UL, contact.HeardWithin(At(100), At(9)));
    }

    [Fact]
    public void TryPardon_SilenceDuringAPause_IsExcusedOnce()
    {
        VoterContact contact = Contact();
        Assert.False(contact.TryPardon(At(2)));

        contact.OnPaused(At(5));

        Assert.True(contact.TryPardon(At(2)));
        Assert.False(contact.TryPardon(At(2)));
        Assert.True(contact.TryPardon(At(3)));
        Assert.False(contact.TryPardon(At(5)));
    }

    /// <summary>
    /// Otherwise a leader without followers would stay, since it refuses their vote requests as long as it has a quorum.
    /// </summary>
    [Fact]
    public void Leader_VotersThatOnlyCampaign_DoNotKeepItLeading()
    {
        SingleModule n1 = SingleModule.Leader(settings: NoPreVote);
        for (int i = 0; i < 8 && n1.Module.Role == RaftRole.Leader; i++)
        {
            n1.Pass(NoPreVote.HeartbeatInterval);
            n1.Deliver(Make.RequestVote("n2", 2 + i, 0, 0));
            n1.Deliver(Make.RequestVote("n3", 2 + i, 0, 0));
        }

        Assert.Equal(RaftRole.Follower, n1.Module.Role);
    }

    private static VoterContact Contact() => new(new ClusterConfiguration(Settings.Ids(5)), self: 0);

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
