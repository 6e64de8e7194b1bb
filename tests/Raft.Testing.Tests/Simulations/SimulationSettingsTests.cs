namespace Raft.Testing.Tests.Simulations;

/// <summary>Settings differ between seeds, a replay has the same settings, and a report of a run shows them.</summary>
public sealed class SimulationSettingsTests
{
    private static readonly SimulationSettings[] Drawn = [.. Enumerable.Range(1, 300).Select(seed => Simulation.DrawSettings((ulong)seed))];

    [Fact]
    public void Draw_GivesTheDefaultsToAboutAThirdOfTheSeeds() =>
        Assert.InRange(Drawn.Count(settings => settings == SimulationSettings.Default), 70, 130);

    [Fact]
    public void Draw_SwitchesEverythingOnAndOff()
    {
        Assert.Equal([false, true], Drawn.Select(settings => settings.PreVote).Distinct().Order());
        Assert.Equal(
            [(false, false), (true, false), (true, true)],
            Drawn.Select(settings => (settings.CheckQuorum, settings.LeaderStickiness)).Distinct().Order());
        Assert.Equal([false, true], Drawn.Select(settings => settings.StateMachineMayBlock).Distinct().Order());
        Assert.Equal([false, true], Drawn.Select(settings => settings.AutomaticSnapshots).Distinct().Order());
        Assert.Contains(
            Drawn, settings => settings is { AutomaticSnapshots: true, SnapshotAfterEntries: null, SnapshotAfterBytes: not null });
        Assert.Equal(
            [MemberRoles.AllVote, MemberRoles.OneLearner, MemberRoles.Joint], Drawn.Select(settings => settings.Roles).Distinct().Order());
        Assert.Contains(Drawn, settings => settings.SnapshotDelay > SimulationSettings.Default.SnapshotDelay);
        Assert.Contains(Drawn, settings => settings is { MaximumCachedEntries: 1, MaximumInFlightMessages: 1 });
        Assert.Contains(
            Drawn,
            settings =>
                settings is { MaximumMessageBytes: not null, MaximumUncommittedBytes: not null, MaximumPendingProposals: not null });
    }

    [Fact]
    public void Draw_SameSeed_GivesTheSame() =>
        Assert.Equal(Drawn, Enumerable.Range(1, 300).Select(seed => Simulation.DrawSettings((ulong)seed)));

    [Fact]
    public void Run_WithoutSettings_DrawsThemAndSaysSo()
    {
        ulong seed = 1 + (ulong)Array.FindIndex(Drawn, settings => settings.MaximumCachedEntries == 8);

        SimulationReport report = Simulation.Run(seed, new SimulationOptions { Duration = TimeSpan.FromSeconds(2), KeepsEvents = true });

        Assert.Equal(Drawn[(int)seed - 1], report.Settings);
        using StringWriter page = new();
        report.Trace!.WriteHtml(page);
        Assert.Contains(report.Settings.ToString(), page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithSettings_GivesThemToEveryNode()
    {
        List<RaftNodeOptions> options = [];
        SimulationSettings settings = new()
        {
            PreVote = false,
            CheckQuorum = false,
            LeaderStickiness = false,
            MaximumCachedEntries = 8,
            MaximumMessageBytes = 150,
            MaximumInFlightMessages = 2,
            MaximumUncommittedBytes = 64,
            MaximumPendingProposals = 3,
        };

        SimulationReport report = Simulation.Run(
            seed: 1, new SimulationOptions { Duration = TimeSpan.FromSeconds(1), Settings = settings, Configure = options.Add });

        Assert.Equal(settings, report.Settings);
        Assert.All(options, each => Assert.Equal(
            (false, false, false, 8, 150, 2, 64, 3),
            (
                each.PreVote,
                each.CheckQuorum,
                each.LeaderStickiness,
                each.MaximumCachedEntries,
                each.MaximumMessageBytes,
                each.MaximumInFlightMessages,
                each.MaximumUncommittedBytes,
                each.MaximumPendingProposals)));
    }

    [Fact]
    public void Run_StateMachinesThatMayBlock_KeepsEveryRule()
    {
        SimulationSettings settings = new() { StateMachineMayBlock = true, SnapshotAfterEntries = 5, TrailingEntries = 0 };

        SimulationReport report = Simulation.Run(
            seed: 1,
            new SimulationOptions { Duration = TimeSpan.FromSeconds(20), Weather = WeatherProfile.Everything, Settings = settings });

        Assert.Null(report.Violation);
        Assert.NotEqual((0, 0), (report.Commits, report.Restorations));
    }

    [Theory]
    [InlineData(MemberRoles.OneLearner, 2)]
    [InlineData(MemberRoles.OneLearner, 4)]
    [InlineData(MemberRoles.Joint, 3)]
    [InlineData(MemberRoles.Joint, 5)]
    public void Run_MembersWithOtherRoles_KeepsEveryRule(MemberRoles roles, int nodes)
    {
        SimulationSettings settings = new() { Roles = roles };
        ClusterConfiguration? begun = null;

        SimulationReport report = Simulation.Run(
            seed: 1,
            new SimulationOptions
            {
                Duration = TimeSpan.FromSeconds(20),
                Nodes = nodes,
                Weather = WeatherProfile.Everything,
                Settings = settings,
                Configure = options => begun = options.FirstConfiguration,
            });

        Assert.Null(report.Violation);
        Assert.NotEqual((0, 0), (report.Commits, report.Reads));
        Assert.Equal((roles == MemberRoles.Joint, roles == MemberRoles.OneLearner ? 1 : 0), (begun!.IsJoint, begun.Learners.Count));
    }

    [Fact]
    public void Run_SnapshotsOnDemandOnly_HasClientsAskForThem()
    {
        SimulationSettings settings = new()
        {
            AutomaticSnapshots = false,
            SnapshotAfterEntries = 1,
            SnapshotAfterBytes = 1,
            TrailingEntries = 0,
        };

        SimulationReport report = Simulation.Run(
            seed: 1, new SimulationOptions { Duration = TimeSpan.FromSeconds(20), Weather = WeatherProfile.Calm, Settings = settings });

        Assert.Null(report.Violation);
        Assert.InRange(report.Snapshots, 1, report.Commits / 10);
    }

    [Fact]
    public void ToString_NamesWhatDiffers()
    {
        Assert.Equal("default settings", SimulationSettings.Default.ToString());
        Assert.Equal(
            "no pre-vote, no check of the quorum, 8 entries cached, 12 clients, writes 0.2 ms",
            new SimulationSettings
            {
                PreVote = false,
                CheckQuorum = false,
                LeaderStickiness = false,
                MaximumCachedEntries = 8,
                Clients = 12,
                WriteDelay = TimeSpan.FromMilliseconds(0.2),
            }.ToString());
    }
}
