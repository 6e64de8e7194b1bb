namespace Raft.Testing.Tests.Rules;

/// <summary>Rules of read indexes, times, snapshots and options: each is shown what it must find, and what it must let pass.</summary>
public sealed class ReadAndTimeRuleTests
{
    private readonly RuleLab _lab = new();
    private readonly CommittedLog _committed = new();

    [Fact]
    public void ReadIndexOfItsTerm_IndexOfAnEarlierTerm_IsFound()
    {
        _lab.Write("n1", RuleLab.Belonging(2), 1, 1, 2);
        _committed.Extend(2, 2, _lab["n1"].Store.DurableImage);
        ReadIndexOfItsTerm rule = new(_committed);
        ReadIndexReplyMessage reply = new() { From = "n1", To = "n2", Origin = Origins.Simulated, Term = 2, ReadIndex = 2, Moment = default };

        Assert.Null(rule.OnSent(_lab["n1"], reply));
        Assert.Null(rule.OnSent(_lab["n1"], SampleMessages.Append("n1", "n2")));
        Assert.Equal(
            "n1 leads term 2 and names the read index 1, which is of term 1.", rule.OnSent(_lab["n1"], reply with { ReadIndex = 1 }));
        Assert.Null(rule.OnSent(_lab["n1"], reply with { ReadIndex = 3 })); // its status may show it at the end of the step
        Assert.Equal("n1 leads term 2 and names the read index 3, which is not committed.", rule.OnQuiet(_lab["n1"]));
        Assert.Null(rule.OnQuiet(_lab["n1"]));

        rule.OnSent(_lab["n1"], reply with { Term = 3, ReadIndex = 3 });
        _lab.Write("n1", RuleLab.Belonging(2), 3, 2);
        _committed.Extend(2, 3, _lab["n1"].Store.DurableImage);
        Assert.Equal("n1 leads term 3 and names the read index 3, which is of term 2.", rule.OnQuiet(_lab["n1"]));
    }

    [Fact]
    public void ReadIndexOfItsTerm_ReadOfTheLeaderItself_IsJudgedToo()
    {
        SimulatedCluster cluster = RuleLab.NewCluster();
        SimulatedNode leader = cluster["n1"];
        long last = cluster.Committed.LastIndex;
        ReadOfLeader read = new(leader.Raft, leader.Status.Term, SentBefore: 0);
        ReadIndexOfItsTerm rule = new(cluster.Committed);

        Assert.Null(rule.OnReadAnswered(leader, in read, last));
        Assert.Contains(
            $"is of term {read.Term}",
            rule.OnReadAnswered(leader, read with { Term = read.Term + 1 }, last),
            StringComparison.Ordinal);
        Assert.Contains(
            "names the read index 0, which is not committed", rule.OnReadAnswered(leader, in read, 0), StringComparison.Ordinal);
        Assert.Null(rule.OnReadAnswered(leader, in read, last + 1)); // its status may show it at the end of the step
        Assert.Contains("is not committed", rule.OnQuiet(leader), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadIndexNeedsQuorum_MajorityOfOneSetOnly_IsFound()
    {
        ReadIndexNeedsQuorum rule = new(RolesOf(MemberRoles.Joint).Quorum); // n1, n2 and n3, and n2 and n3
        SimulatedNode leader = _lab["n1"];

        rule.OnSent(leader, AppendTo("n3", correlation: 4));
        rule.OnDelivered(leader, Request);
        rule.OnSent(leader, AppendTo("n2", correlation: 5));
        rule.OnSent(leader, AppendTo("n3", correlation: 6));
        rule.OnDelivered(leader, AnswerOf("n2", correlation: 5));
        rule.OnDelivered(leader, AnswerOf("n3", correlation: 4)); // was asked before
        rule.OnDelivered(leader, AnswerOf("n3", correlation: 6) with { Term = 2 }); // in a later term
        Assert.Equal(
            "n1 leads term 1 and names a read index, confirmed only by n1, n2 since n3 asked.", rule.OnSent(leader, Reply));

        rule.OnDelivered(leader, AnswerOf("n3", correlation: 6));
        Assert.Null(rule.OnSent(leader, Reply));
    }

    [Fact]
    public void ReadIndexNeedsQuorum_RequestIsRepeated_CountsFromItsFirstArrival()
    {
        ReadIndexNeedsQuorum rule = new(RolesOf(MemberRoles.AllVote).Quorum);
        SimulatedNode leader = _lab["n1"];

        rule.OnSent(leader, AppendTo("n2", correlation: 4));
        rule.OnDelivered(leader, Request);
        rule.OnSent(leader, AppendTo("n2", correlation: 5));
        rule.OnDelivered(leader, Request);
        rule.OnDelivered(leader, Request with { Correlation = 6, Moment = 8 }); // late
        rule.OnDelivered(leader, AnswerOf("n2", correlation: 5));
        Assert.Null(rule.OnSent(leader, Reply));

        rule.OnDelivered(leader, Request with { Correlation = 8, Moment = 10 });
        Assert.Null(rule.OnSent(leader, Reply)); // to a request that its node does not wait for any more
        Assert.Contains(
            "confirmed only by n1 since n3 asked",
            rule.OnSent(leader, Reply with { Correlation = 8, Moment = 10 }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ReadIndexNeedsQuorum_ReadOfTheLeaderItself_IsJudgedToo()
    {
        SimulatedCluster cluster = RuleLab.NewCluster();
        SimulatedNode leader = cluster["n1"];
        long term = leader.Status.Term;
        ReadIndexNeedsQuorum rule = new(cluster.Roles.Quorum);

        rule.OnSent(leader, AppendTo("n2", correlation: 4) with { Term = term });
        ReadOfLeader read = new(leader.Raft, term, rule.LastSent(leader, term));
        rule.OnDelivered(leader, AnswerOf("n2", correlation: 4) with { Term = term });
        Assert.Contains("confirmed only by n1 since it was asked", rule.OnReadAnswered(leader, in read), StringComparison.Ordinal);

        rule.OnDelivered(leader, AnswerOf("n2", correlation: 5) with { Term = term });
        Assert.Null(rule.OnReadAnswered(leader, in read));
        Assert.Null(rule.OnReadAnswered(leader, read with { Term = term + 1 })); // nothing was sent in that term
    }

    [Fact]
    public void TimesStayNearTheClocks_MajorityOfOneSetOnlyIsWrong_IsFound()
    {
        TimesStayNearTheClocks rule = new(_lab.Nodes, RolesOf(MemberRoles.Joint), () => TimeSpan.Zero);
        SimulatedNode node = _lab["n2"];
        DateTimeOffset latest = node.WallClock + node.Options.MaximumClockAhead + TimesStayNearTheClocks.Slack;

        _lab["n1"].SetWallClock(TimeSpan.FromDays(1));
        _lab["n3"].SetWallClock(TimeSpan.FromDays(1));

        Assert.Contains("n2 writes", rule.OnWriting(node, WriteAt(latest.AddTicks(1))), StringComparison.Ordinal);
    }

    [Fact]
    public void TimesStayNearTheClocks_TimeOfAWrongClock_IsFound()
    {
        TimeSpan now = TimeSpan.Zero;
        TimesStayNearTheClocks rule = new(_lab.Nodes, RolesOf(MemberRoles.AllVote), () => now);
        SimulatedNode node = _lab["n1"];
        DateTimeOffset latest = node.WallClock + node.Options.MaximumClockAhead + TimesStayNearTheClocks.Slack;

        Assert.Null(rule.OnWriting(node, WriteAt(latest)));
        Assert.Contains("n1 writes an entry with the time", rule.OnWriting(node, WriteAt(latest.AddTicks(1))), StringComparison.Ordinal);

        _lab["n2"].SetWallClock(TimeSpan.FromDays(1));
        Assert.Contains("n1 writes", rule.OnWriting(node, WriteAt(latest.AddTicks(1))), StringComparison.Ordinal); // two clocks are right

        _lab["n3"].SetWallClock(TimeSpan.FromDays(1));
        Assert.Null(rule.OnWriting(node, WriteAt(latest.AddDays(1)))); // two are wrong alike

        _lab["n2"].SetWallClock(TimeSpan.Zero);
        _lab["n3"].SetWallClock(TimeSpan.Zero);
        now += TimeSpan.FromSeconds(5);
        Assert.Null(rule.OnWriting(node, WriteAt(latest.AddDays(1).AddSeconds(5)))); // the log continues from where it is
        Assert.NotNull(rule.OnWriting(node, WriteAt(latest.AddDays(1).AddSeconds(5).AddTicks(1))));
    }

    [Fact]
    public void SnapshotsAgree_OtherBytesOrTermsOrEntries_AreFound()
    {
        _lab.Write("n1", RuleLab.Belonging(2), 1, 1, 2);
        _committed.Extend(2, 2, _lab["n1"].Store.DurableImage);
        SnapshotsAgree rule = new(_committed);

        Assert.Null(rule.OnCommitted("n1", Snapshot(2, 2), [1, 2]));
        Assert.Null(rule.OnCommitted("n2", Snapshot(2, 2), [1, 2]));
        Assert.Contains("n2 and n1 have snapshots up to index 2 that differ", rule.OnCommitted("n2", Snapshot(2, 2), [1, 3]), StringComparison.Ordinal);
        Assert.Contains("the entry committed there has term 1", rule.OnCommitted("n1", Snapshot(1, 2), [1]), StringComparison.Ordinal);
        Assert.Contains("only 2 entries are committed", rule.OnCommitted("n1", Snapshot(3, 2), [1]), StringComparison.Ordinal);
        rule.ComparesBytes = false;
        Assert.Null(rule.OnCommitted("n3", Snapshot(2, 2), [9]));
        Assert.Equal(6, rule.Count);
    }

    [Fact]
    public void DifferencesAreReal_ReportWithoutADifference_IsFound()
    {
        SimulatedCluster cluster = new(nodes: 3, configure: null);
        cluster["n3"].ChangeOptions = static options => options.PreVote = false;
        cluster.Start();
        cluster.Elect("n1");
        cluster.Propose("a");
        cluster.World.RunUntil(() => cluster["n1"].Status.SetupProblems.Count > 0);
        DifferencesAreReal told = new([.. cluster.Nodes]);
        Assert.Null(told.OnQuiet(cluster["n1"]));
        Assert.Equal(1, told.Reports);

        cluster["n3"].ChangeOptions = null; // the rule has never seen that anything differed

        DifferencesAreReal rule = new([.. cluster.Nodes]);
        Assert.Contains("n1 reports", rule.OnQuiet(cluster["n1"]), StringComparison.Ordinal);
        Assert.Null(rule.OnQuiet(cluster["n1"]));
    }

    [Fact]
    public void Weather_OfOtherOptions_IsReported()
    {
        SimulationOptions options = new()
        {
            Duration = TimeSpan.FromSeconds(20),
            Faults = [new Fault(FaultKind.OtherOptions, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), Node: 1, Other: 0, Intensity: 0.5, AtLeader: false)],
            Settings = SimulationSettings.Default,
        };

        SimulationReport differing = Simulation.Run(seed: 4, options);
        SimulationReport alike = Simulation.Run(seed: 4, options with { Faults = [] });

        differing.ThrowIfViolated();
        alike.ThrowIfViolated();
        Assert.InRange(differing.DifferingOptions, 1, 6); // by each node at most once about each other one
        Assert.Equal(0, alike.DifferingOptions);
    }

    private static ReadIndexRequestMessage Request => new()
    {
        From = "n3",
        To = "n1",
        Origin = Origins.Simulated,
        Term = 1,
        Correlation = 7,
        Moment = 9,
    };

    private static ReadIndexReplyMessage Reply => new()
    {
        From = "n1",
        To = "n3",
        Origin = Origins.Simulated,
        Term = 1,
        Correlation = 7,
        Moment = 9,
        ReadIndex = 1,
    };

    private static AppendEntriesMessage AppendTo(NodeId follower, long correlation) =>
        SampleMessages.Append("n1", follower.Value) with { Correlation = correlation };

    private static AppendEntriesReplyMessage AnswerOf(NodeId follower, long correlation) => new()
    {
        From = follower,
        To = "n1",
        Origin = Origins.Simulated,
        Term = 1,
        Correlation = correlation,
        Success = true,
        PrevLogIndex = 0,
        LastIndex = 0,
    };

    private ClusterRoles RolesOf(MemberRoles roles) => ClusterRoles.Of(roles, [.. _lab.Nodes.Select(node => node.Id)]);

    private static LogWrite WriteAt(DateTimeOffset time) =>
        new(null, 1, new LogEntry[] { new(1, EntryKind.Command, new byte[] { 1 }, time) });

    private static SnapshotInfo Snapshot(long index, long term) => new(index, term, ReadOnlyMemory<byte>.Empty, Length: 1);
}
