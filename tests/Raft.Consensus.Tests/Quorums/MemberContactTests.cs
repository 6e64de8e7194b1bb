using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Quorums;

/// <summary>
/// When voters were last in contact: for the reachable members of a node, and for check-quorum (dissertation, section 6.2).
/// </summary>
public sealed class MemberContactTests
{
    private static readonly ClusterConfiguration Five = new(Settings.Ids(5).Select(static id => new RaftMember(id)));

    private static readonly Settings NoPreVote = Settings.Default with { PreVote = false };

    [Fact]
    public void QuorumHeardAt_ContactAtDifferentTimes_IsThatOfTheMajority()
    {
        MemberContact contact = Contact();
        contact.OnLeading(At(0));
        contact.OnHeard("n2", At(3));
        contact.OnHeard("n3", At(7));
        contact.OnHeard("n4", At(5));

        Assert.Equal(At(5), contact.QuorumHeardAt(Five, At(9)));
        Assert.Equal(At(3), contact.HeardAt("n2"));
    }

    [Fact]
    public void QuorumHeardAt_NewLeader_CountsFromItsElection()
    {
        MemberContact contact = Contact();
        contact.OnHeard("n2", At(1));

        contact.OnLeading(At(4));

        Assert.Equal(At(4), contact.QuorumHeardAt(Five, At(9)));
    }

    [Fact]
    public void HeardWithin_SomeSilentForLonger_HasTheOthersAndThisNode()
    {
        MemberContact contact = Contact();
        contact.OnHeard("n2", At(1));
        contact.OnHeard("n5", At(6));

        Assert.Equal("n1, n5", contact.HeardWithin(At(4), Five, At(9)).ToString());
        Assert.Equal("n1, n2, n5", contact.HeardWithin(At(8), Five, At(9)).ToString());
    }

    [Fact]
    public void ForgetSilent_VoterSilentForThatLong_IsNotReachable()
    {
        MemberContact contact = Contact();
        contact.OnHeard("n2", At(1));
        contact.OnHeard("n3", At(2));

        contact.ForgetSilent(At(8), At(9));

        Assert.Equal("n1, n3", contact.HeardWithin(At(100), Five, At(9)).ToString());
    }

    [Fact]
    public void TryPardon_SilenceDuringAPause_IsExcusedOnce()
    {
        MemberContact contact = Contact();
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

    private static MemberContact Contact() => new("n1");

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
