using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Clocks;

/// <summary>The time of an entry is near the clocks of a majority of the voters, whatever the leader's clock shows.</summary>
public sealed class VoterClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    private readonly VoterClocks _clocks = new("n1", Bound, memory: TimeSpan.FromSeconds(3));
    private readonly ClusterConfiguration _three = new(["n1", "n2", "n3"]);

    [Fact]
    public void OwnClock_TenYearsAhead_StampsTheBoundAheadOfTheMajority()
    {
        Hear("n2", Noon);
        Hear("n3", Noon.AddSeconds(1));

        Assert.Equal(Noon.AddSeconds(1) + Bound, Stamp(_three, own: Noon.AddYears(10)));
    }

    [Fact]
    public void OwnClock_AYearBehind_StampsTheBoundBehindTheMajority()
    {
        Hear("n2", Noon);
        Hear("n3", Noon);

        Assert.Equal(Noon - Bound, Stamp(_three, own: Noon.AddYears(-1)));
    }

    [Fact]
    public void OwnClock_NearTheOthers_Counts()
    {
        Hear("n2", Noon);
        Hear("n3", Noon.AddYears(5)); // one that is wrong changes nothing

        Assert.Equal(Noon.AddSeconds(3), Stamp(_three, own: Noon.AddSeconds(3)));
    }

    /// <summary>A voter that has sent no message counts as if its clock showed nothing, so two voters that can be reached do not decide alone.</summary>
    [Fact]
    public void Majority_IsOfAllVoters()
    {
        ClusterConfiguration five = new(["n1", "n2", "n3", "n4", "n5"]);
        Hear("n2", Noon);
        Hear("n3", Noon.AddHours(1));

        Assert.Equal(Noon + Bound, Stamp(five, own: Noon.AddHours(2)));
    }

    [Fact]
    public void Learners_DoNotCount()
    {
        ClusterConfiguration withLearners = new(["n1", "n2", "n3"], learners: ["n4", "n5"]);
        Hear("n2", Noon);
        Hear("n3", Noon);
        Hear("n4", Noon.AddDays(1));
        Hear("n5", Noon.AddDays(1));

        Assert.Equal(Noon + Bound, Stamp(withLearners, own: Noon.AddDays(1)));
    }

    [Fact]
    public void SingleVoter_TrustsItsOwn() =>
        Assert.Equal(Noon.AddYears(10), Stamp(new ClusterConfiguration(["n1"]), own: Noon.AddYears(10)));

    /// <summary>No sum overflows, whatever a message says and however far the bound is.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    public void ClockThatShowsNonsense_GivesATimeNearTheOwn(long ticks)
    {
        ClusterConfiguration two = new(["n1", "n2"]);
        TimeSpan later = Start + TimeSpan.FromSeconds(1);
        foreach (VoterClocks clocks in (VoterClocks[])[_clocks, new("n1", TimeSpan.MaxValue, TimeSpan.MaxValue)])
        {
            clocks.OnHeard("n2", ticks, Start);
            clocks.OnHeard("n3", ticks, Start);

            Assert.Equal(Noon, clocks.NextTime(two, Noon, DateTimeOffset.UnixEpoch, later));
            Assert.InRange(clocks.NextTime(_three, Noon, DateTimeOffset.UnixEpoch, later), Noon, DateTimeOffset.MaxValue);
            Assert.Equal(ticks > 0 ? DateTimeOffset.MaxValue : null, clocks.TimeOf("n2", later));
        }
    }

    /// <summary>A former leader, or a snapshot, has left a time that is far ahead.</summary>
    [Fact]
    public void LogThatIsAhead_GoesOnAtHalfSpeedAndNeverFalls()
    {
        Hear("n2", Noon);
        Hear("n3", Noon);
        _clocks.OnLeading(Start);
        DateTimeOffset last = Noon.AddYears(10);

        DateTimeOffset first = _clocks.NextTime(_three, Noon.AddSeconds(2), last, Start + TimeSpan.FromSeconds(2));
        DateTimeOffset second = _clocks.NextTime(_three, Noon.AddSeconds(6), first, Start + TimeSpan.FromSeconds(6));

        Assert.Equal([last.AddSeconds(1), last.AddSeconds(3)], [first, second]);
    }

    [Fact]
    public void LogThatIsAhead_MeetsTheClocks()
    {
        Hear("n2", Noon);
        Hear("n3", Noon);
        _clocks.OnLeading(Start);
        DateTimeOffset last = Noon.AddSeconds(4);
        for (int second = 1; second <= 12; second++)
        {
            last = _clocks.NextTime(_three, Noon.AddSeconds(second), last, Start + TimeSpan.FromSeconds(second));
        }

        Assert.Equal(Noon.AddSeconds(12), last);
    }

    /// <summary>What was heard long ago confirms this node's clock at most: a clock that was wrong then may be right now.</summary>
    [Fact]
    public void VoterNotHeardLately_ConfirmsOnlyTheOwnClock()
    {
        Hear("n2", Noon.AddDays(1));
        TimeSpan later = Start + TimeSpan.FromSeconds(20);
        _clocks.OnHeard("n3", Noon.AddSeconds(20).UtcTicks, later);

        Assert.Equal(Noon.AddSeconds(20), _clocks.NextTime(_three, Noon.AddSeconds(20), DateTimeOffset.UnixEpoch, later));
    }

    /// <summary>The module takes the clocks from the messages of voters, its votes included.</summary>
    [Fact]
    public void Leader_ThatWasJustElected_KnowsTheClocksOfItsVoters()
    {
        SingleModule n1 = new();
        n1.Module.UtcNow = Noon.AddDays(1);
        RequestVoteMessage[] requests = n1.TimeOut();
        foreach (RequestVoteMessage request in requests)
        {
            n1.Deliver(Make.Vote(request, granted: true) with { SentAtTicks = Noon.UtcTicks });
        }

        n1.Node.Propose(default, Noon.AddDays(1));

        Assert.Equal(Noon + Bound, n1.Disk.Entries[^1].Time);
    }

    private void Hear(NodeId node, DateTimeOffset time) => _clocks.OnHeard(node, time.UtcTicks, Start);

    private DateTimeOffset Stamp(ClusterConfiguration configuration, DateTimeOffset own) =>
        _clocks.NextTime(configuration, own, DateTimeOffset.UnixEpoch, Start);
}
