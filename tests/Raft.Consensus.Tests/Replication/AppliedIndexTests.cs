using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Replication;

/// <summary>What followers say that they have applied: a leader judges by it whether another node is fitter to lead.</summary>
public sealed class AppliedIndexTests
{
    [Fact]
    public void Leader_LateAnswer_ChangesNothing()
    {
        SingleModule n1 = SingleModule.Leader();
        AppendEntriesMessage[] earlier = Heartbeats(n1);
        AppendEntriesMessage[] later = Heartbeats(n1);

        n1.Deliver(Make.Accept(later[0]) with { AppliedIndex = 1 });
        n1.Deliver(Make.Accept(earlier[0]) with { AppliedIndex = 0 });

        Assert.Equal(1, n1.Module.Followers[0].AppliedIndex);
    }

    /// <summary>Its state machine keeps nothing: it applies everything again.</summary>
    [Fact]
    public void Leader_FollowerThatHasStartedAgain_IsTakenAtItsWord()
    {
        SingleModule n1 = SingleModule.Leader();
        n1.Deliver(Make.Accept(Heartbeats(n1)[0]) with { AppliedIndex = 1 });

        n1.Deliver(Make.Accept(Heartbeats(n1)[0]) with { AppliedIndex = 0 });

        Assert.Equal(0, n1.Module.Followers[0].AppliedIndex);
    }

    [Fact]
    public void Leader_FollowerThatSaysMoreThanThereIs_IsTakenToHaveEverything()
    {
        SingleModule n1 = SingleModule.Leader();

        n1.Deliver(Make.Accept(Heartbeats(n1)[0]) with { AppliedIndex = 1L << 61 });

        Assert.Equal(n1.Module.LastIndex, n1.Module.Followers[0].AppliedIndex);
    }

    private static AppendEntriesMessage[] Heartbeats(SingleModule n1) =>
        [.. n1.Pass(Settings.Plain.HeartbeatInterval).OfType<AppendEntriesMessage>()];
}
