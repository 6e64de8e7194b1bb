using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Transfer;

/// <summary>A leader that hands over by mistake to a node that must not lead (dissertation, section 3.10): the node says why not.</summary>
public sealed class TargetWithoutAVoteTests
{
    /// <summary>Its log lists it, and ends where the leader's does, but it does not have what it may have acknowledged before.</summary>
    [Fact]
    public void JoiningNode_Target_RefusesAndDoesNotCampaign()
    {
        SingleModule n1 = Identities.Joining();
        n1.Deliver(Identities.Append("n2", 1, commit: 9, Make.Configuration(1, "n1", "n2", "n3")));
        Assert.NotNull(n1.Module.Join);

        AssertRefuses(n1, TimeoutNow().Of(Identities.Ours));
    }

    [Fact]
    public void Learner_Target_RefusesAndDoesNotCampaign()
    {
        SingleModule n1 = Identities.Member();
        LogEntry configuration = new(
            1,
            EntryKind.Configuration,
            ConfigurationEncoding.Encode(new ClusterConfiguration(["n2", "n3"], learners: ["n1"])),
            DateTimeOffset.UnixEpoch);
        n1.Deliver(Identities.Append("n2", 1, commit: 1, configuration));
        Assert.Equal(RaftRole.Learner, n1.Module.Role);

        AssertRefuses(n1, TimeoutNow().Of(Identities.Ours));
    }

    private static void AssertRefuses(SingleModule n1, TimeoutNowMessage request)
    {
        RaftRole role = n1.Module.Role;

        RaftMessage[] sent = n1.Deliver(request);

        Assert.Equal(TimeoutNowRefusal.NotAVoter, Assert.IsType<TimeoutNowReplyMessage>(Assert.Single(sent)).Reason);
        Assert.Equal((role, 1), (n1.Module.Role, n1.Module.Term));
    }

    /// <summary>The request of n2, whose log ends after the first entry of term 1.</summary>
    private static TimeoutNowMessage TimeoutNow() =>
        new() { From = "n2", To = "n1", Origin = Make.Origin, Term = 1, LastLogIndex = 1, LastLogTerm = 1 };
}
