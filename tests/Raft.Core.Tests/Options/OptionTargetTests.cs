using System.Reflection;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>Each option reaches what it is about, and nothing else. An option that is not listed here fails the first test.</summary>
public sealed class OptionTargetTests
{
    /// <summary>A value that no option has by default, for each option, and what a node's settings make of it.</summary>
    private static readonly SortedDictionary<string, Target> Targets = new(StringComparer.Ordinal)
    {
        [nameof(RaftNodeOptions.ClusterId)] = new(
            "orders", static settings => (settings.ClusterId, settings.Consensus.ClusterId), ("orders", "orders")),
        [nameof(RaftNodeOptions.Members)] = new(
            new List<RaftMember> { "n2", "n1" },
            static settings => string.Join(' ', settings.Members),
            "n1 n2"),
        [nameof(RaftNodeOptions.FirstStart)] = new(
            FirstStart.Join,
            static settings => $"{settings.FirstStart}, {(settings.Consensus.InitialConfiguration is null ? "none" : "from the options")}",
            "Join, none"),
        [nameof(RaftNodeOptions.LeadershipTransferTimeout)] = new(
            TimeSpan.FromSeconds(7), static settings => settings.LeadershipTransferTimeout, TimeSpan.FromSeconds(7)),
        [nameof(RaftNodeOptions.ProposalsDuringTransfer)] = new(
            ProposalsDuringTransfer.Refuse, static settings => settings.ProposalsDuringTransfer, ProposalsDuringTransfer.Refuse),
        [nameof(RaftNodeOptions.HangTimeout)] = new(
            TimeSpan.FromSeconds(23), static settings => settings.HangTimeout, TimeSpan.FromSeconds(23)),
        [nameof(RaftNodeOptions.MinimumElectionTimeout)] = new(
            TimeSpan.FromMilliseconds(1_700),
            static settings => settings.Consensus.MinimumElectionTimeout,
            TimeSpan.FromMilliseconds(1_700)),
        [nameof(RaftNodeOptions.MaximumElectionTimeout)] = new(
            TimeSpan.FromSeconds(4),
            static settings => (settings.MaximumElectionTimeout, settings.Consensus.MaximumElectionTimeout),
            (TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4))),
        [nameof(RaftNodeOptions.HeartbeatInterval)] = new(
            TimeSpan.FromMilliseconds(32),
            static settings =>
                (settings.Consensus.HeartbeatInterval, settings.Consensus.HeartbeatAlignment, settings.Consensus.CommitNoticeDelay),
            (TimeSpan.FromMilliseconds(32), TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(4))),
        [nameof(RaftNodeOptions.PreVote)] = new(false, static settings => settings.Consensus.PreVote, false),
        [nameof(RaftNodeOptions.CheckQuorum)] = new(false, static settings => settings.Consensus.CheckQuorum, false),
        [nameof(RaftNodeOptions.LeaderStickiness)] = new(false, static settings => settings.Consensus.LeaderStickiness, false),
        [nameof(RaftNodeOptions.MaximumClockAhead)] = new(
            TimeSpan.FromSeconds(7), static settings => settings.Consensus.MaximumClockAhead, TimeSpan.FromSeconds(7)),
        [nameof(RaftNodeOptions.MaximumCommandBytes)] = new(101, static settings => settings.MaximumCommandBytes, 101),
        [nameof(RaftNodeOptions.MaximumMessageBytes)] = new(103, static settings => settings.Consensus.MaximumMessageBytes, 103L),
        [nameof(RaftNodeOptions.MaximumInFlightMessages)] = new(107, static settings => settings.Consensus.MaximumInFlightMessages, 107),
        [nameof(RaftNodeOptions.MaximumUncommittedBytes)] = new(109L, static settings => settings.Consensus.MaximumUncommittedBytes, 109L),
        [nameof(RaftNodeOptions.MaximumPendingProposals)] = new(113, static settings => settings.MaximumPendingProposals, 113),
        [nameof(RaftNodeOptions.MaximumPendingReads)] = new(114, static settings => settings.MaximumPendingReads, 114),
        [nameof(RaftNodeOptions.MaximumWaitingMessages)] = new(127, static settings => settings.MaximumWaitingMessages, 127),
        [nameof(RaftNodeOptions.MaximumCachedEntries)] = new(131, static settings => settings.Consensus.MaximumCachedEntries, 131L),
        [nameof(RaftNodeOptions.MaximumCachedBytes)] = new(137L, static settings => settings.Consensus.MaximumCachedBytes, 137L),
        [nameof(RaftNodeOptions.AutomaticSnapshots)] = new(false, static settings => settings.AutomaticSnapshots, false),
        [nameof(RaftNodeOptions.SnapshotAfterEntries)] = new(139L, static settings => settings.SnapshotAfterEntries, 139L),
        [nameof(RaftNodeOptions.SnapshotAfterBytes)] = new(149L, static settings => settings.SnapshotAfterBytes, 149L),
        [nameof(RaftNodeOptions.TrailingEntries)] = new(151L, static settings => settings.TrailingEntries, 151L),
        [nameof(RaftNodeOptions.SnapshotTransferLogBytes)] = new(153L, static settings => settings.SnapshotTransferLogBytes ?? 0, 153L),
        [nameof(RaftNodeOptions.DigestInterval)] = new(155L, static settings => settings.DigestInterval, 155L),
        [nameof(RaftNodeOptions.CaptureDigestInterval)] = new(156L, static settings => settings.CaptureDigestInterval, 156L),
        [nameof(RaftNodeOptions.OnDivergence)] = new(
            DivergenceReaction.Report, static settings => settings.OnDivergence, DivergenceReaction.Report),
        [nameof(RaftNodeOptions.SnapshotChunkBytes)] = new(157, static settings => settings.Consensus.MaximumChunkBytes, 157),
        [nameof(RaftNodeOptions.ShutdownTimeout)] = new(
            TimeSpan.FromSeconds(7), static settings => settings.ShutdownTimeout, TimeSpan.FromSeconds(7)),
        [nameof(RaftNodeOptions.RandomSeed)] = new(
            163L,
            static settings => settings.Consensus.RandomSeed,
            Settings(string.Empty, static options => options.RandomSeed = 163).Consensus.RandomSeed),
    };

    /// <summary>Options that are not part of a node's settings, each with the test of what it does.</summary>
    private static readonly SortedDictionary<string, string> Others = new(StringComparer.Ordinal)
    {
        [nameof(RaftNodeOptions.NodeId)] = nameof(OptionsTests.Constructor_WithAnInvalidSetting_SaysWhatToDo),
        [nameof(RaftNodeOptions.AllowVolatileStorage)] =
            nameof(OptionsTests.Constructor_WithAVolatileStoreAndATransportBetweenProcesses_SaysWhatToDo),
        [nameof(RaftNodeOptions.StopHostOnFailure)] = nameof(NodeFailureTests.FailedNode_WithStopHostOnFailureOff_DoesNotStopTheHost),
    };

    public static TheoryData<string> Names => [.. Targets.Keys];

    [Fact]
    public void EveryOption_IsListed() => Assert.Equal(
        typeof(RaftNodeOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(static property => property.Name).Order(StringComparer.Ordinal),
        Targets.Keys.Concat(Others.Keys).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Option_Changed_ChangesItsSettingAndNoOther(string name)
    {
        NodeSettings before = Settings(name, static _ => { });
        NodeSettings after = Settings(name, options => typeof(RaftNodeOptions).GetProperty(name)!.SetValue(options, Targets[name].Value));

        Assert.Equal(Targets[name].Expected, Targets[name].Read(after));
        Assert.NotEqual(Targets[name].Expected, Targets[name].Read(before));
        Assert.All(Targets.Where(other => other.Key != name), other => Assert.Equal(other.Value.Read(before), other.Value.Read(after)));
    }

    /// <summary>The mailbox takes both limits, and could mistake one for the other.</summary>
    [Fact]
    public void MaximumWaitingMessages_LimitsCallsOfHandlersAndNotProposals()
    {
        Lab lab = new();
        LabNode node = lab.Node(configure: static options => options.MaximumWaitingMessages = 2).Lead();
        Task<Committed>[] proposals = [.. Enumerable.Range(0, 5).Select(number => node.Propose($"{number}"))];
        CancellationToken token = TestContext.Current.CancellationToken;
        Task<RequestVoteReply>[] votes = [.. Enumerable.Range(0, 3).Select(_ => node.Raft.RequestVoteAsync(1, "n2", 0, 0, token).AsTask())];

        OverloadedException refusal = lab.Fails<OverloadedException>(votes[2]);

        Assert.Contains("2 calls wait already, as many as MaximumWaitingMessages allows", refusal.Message, StringComparison.Ordinal);
        lab.World.RunUntil(() => proposals.All(static proposal => proposal.IsCompletedSuccessfully));
        Assert.All(votes[..2], static vote => Assert.True(vote.IsCompletedSuccessfully));
        node.AssertNoCallerWaits();
    }

    private static NodeSettings Settings(string name, Action<RaftNodeOptions> change)
    {
        RaftNodeOptions options = new()
        {
            Members = ["n1", "n2", "n3"],
            RandomSeed = 1,
            HeartbeatInterval = TimeSpan.FromMilliseconds(200), // by default these follow from an election timeout
            HangTimeout = TimeSpan.FromSeconds(10),
            LeaderStickiness = name != nameof(RaftNodeOptions.CheckQuorum), // which needs the other
        };
        change(options);
        return new NodeSettings("n1", initialTerm: 0, options, new RaftNodePorts { Transport = new InMemoryNetwork().CreateTransport() });
    }

    private sealed record Target(object Value, Func<NodeSettings, object> Read, object Expected);
}
