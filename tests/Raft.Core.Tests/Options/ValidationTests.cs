using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using NSubstitute;

namespace Raft.Tests.Hosting;

/// <summary>A host with options that make no sense does not start, and says all that is wrong at once, and what to do.</summary>
public sealed class ValidationTests
{
    public static TheoryData<string, Action<RaftNodeOptions>> Bad => new()
    {
        { "Members is empty: list all members of the cluster, including this node", options => options.Members = [] },
        { "Members is null or contains a null: list all members by their ids.", options => options.Members = null! },
        { "Node 'n1' is not among the Members (n2, n3): add it, or correct its id.", options => options.Members = ["n2", "n3"] },
        { "Member 'n1' is listed 3 times in Members: every id must be unique.", options => options.Members = ["n1", "n1", "n1"] },
        { "NodeId is not set: set it to the id of one of the Members", options => options.NodeId = " " },
        { "NodeId has 256 characters: it must have at most 255.", options => options.NodeId = new string('n', 256) },
        { "ClusterId is blank: give all nodes of the cluster the same name.", options => options.ClusterId = "" },
        { "MinimumElectionTimeout is 00:00:00: it must be above zero.", options => options.MinimumElectionTimeout = TimeSpan.Zero },
        {
            "MinimumElectionTimeout is -00:00:01: it must be above zero.",
            options => options.MinimumElectionTimeout = TimeSpan.FromSeconds(-1)
        },
        {
            "MinimumElectionTimeout is 00:00:04 and MaximumElectionTimeout is 00:00:03: the maximum must be at least the minimum.",
            options => options.MinimumElectionTimeout = TimeSpan.FromSeconds(4)
        },
        {
            "MaximumElectionTimeout is 2.00:00:00: it must be at most 1.00:00:00.",
            options => options.MaximumElectionTimeout = TimeSpan.FromDays(2)
        },
        {
            "HeartbeatInterval is 00:00:01 and MinimumElectionTimeout is 00:00:01: the interval must be below the timeout",
            options => options.HeartbeatInterval = TimeSpan.FromSeconds(1)
        },
        { "HeartbeatInterval is -00:00:01: it must be above zero.", options => options.HeartbeatInterval = TimeSpan.FromSeconds(-1) },
        { "HangTimeout is 00:00:00: it must be above zero.", options => options.HangTimeout = TimeSpan.Zero },
        { "ShutdownTimeout is -00:00:01: it must not be negative.", options => options.ShutdownTimeout = TimeSpan.FromSeconds(-1) },
        { "LeaderStickiness needs CheckQuorum, which is off", options => options.CheckQuorum = false },
        { "MaximumCommandBytes is 0: it must be at least 1.", options => options.MaximumCommandBytes = 0 },
        { "MaximumMessageBytes is -1: it must be at least 1.", options => options.MaximumMessageBytes = -1 },
        { "MaximumInFlightMessages is 0: it must be at least 1.", options => options.MaximumInFlightMessages = 0 },
        { "MaximumUncommittedBytes is 0: it must be at least 1.", options => options.MaximumUncommittedBytes = 0 },
        { "MaximumPendingProposals is 0: it must be at least 1.", options => options.MaximumPendingProposals = 0 },
        { "MaximumPendingReads is 0: it must be at least 1.", options => options.MaximumPendingReads = 0 },
        { "MaximumWaitingMessages is 0: it must be at least 1.", options => options.MaximumWaitingMessages = 0 },
        { "MaximumCachedEntries is 0: it must be at least 1.", options => options.MaximumCachedEntries = 0 },
        { "MaximumCachedBytes is 0: it must be at least 1.", options => options.MaximumCachedBytes = 0 },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Host_WithAnInvalidSetting_DoesNotStart(string message, Action<RaftNodeOptions> spoil)
    {
        OptionsValidationException refusal = await RefuseAsync<OptionsValidationException>(services => services.AddRaftNode("n1", options =>
        {
            options.Members = ["n1"];
            spoil(options);
        }));

        Assert.Contains(refusal.Failures, failure => failure.StartsWith("Raft:n1: " + message, StringComparison.Ordinal));
        Assert.Equal("n1", refusal.OptionsName);
    }

    [Fact]
    public async Task Host_WithSeveralMistakes_ListsThemAll()
    {
        OptionsValidationException refusal = await RefuseAsync<OptionsValidationException>(services => services.AddRaftNode("n1", options =>
        {
            options.Members = ["n2", "n2"];
            options.ClusterId = " ";
            options.MinimumElectionTimeout = TimeSpan.FromSeconds(9);
            options.HeartbeatInterval = TimeSpan.Zero;
            options.MaximumCommandBytes = 0;
            options.CheckQuorum = false;
        }));

        Assert.Equal(7, refusal.Failures.Count());
    }

    [Fact]
    public async Task UnnamedNode_WithoutAnId_IsRefused()
    {
        OptionsValidationException refusal = await RefuseAsync<OptionsValidationException>(
            services => services.AddRaftNode(options => options.Members = ["n1"]));

        Assert.Equal(
            "Raft: NodeId is not set: set it to the id of one of the Members, in code or in configuration.",
            Assert.Single(refusal.Failures));
    }

    [Fact]
    public async Task TwoNodes_WithDifferentMistakes_AreBothReported()
    {
        OptionsValidationException refusal = await RefuseAsync<OptionsValidationException>(services =>
        {
            services.AddRaftNode("n1", options => (options.Members, options.ClusterId) = (["n1"], " "));
            services.AddRaftNode("n2", options => (options.Members, options.MaximumCommandBytes) = (["n2"], 0));
        });

        Assert.Equal(
            [
                "Raft:n1: ClusterId is blank: give all nodes of the cluster the same name.",
                "Raft:n2: MaximumCommandBytes is 0: it must be at least 1.",
            ],
            refusal.Failures);
        Assert.Equal("n1, n2", refusal.OptionsName);
    }

    [Fact]
    public async Task ThreeNodes_WithOneMistakeInSharedOptions_ReportItOnce()
    {
        HostApplicationBuilder builder =
            InMemoryHost.Builder("""{ "Raft": { "Members": [ "n1", "n2", "n3" ], "MaximumCommandBytes": 0 } }""");
        builder.Logging.AddFakeLogging();
        foreach (string name in new[] { "n1", "n2", "n3" })
        {
            builder.Services.AddRaftNode(name).UseChannelTransport();
        }

        using IHost host = builder.Build();
        OptionsValidationException refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(InMemoryHost.Patience()));

        Assert.Equal("Raft:n1, Raft:n2, Raft:n3: MaximumCommandBytes is 0: it must be at least 1.", refusal.Message);
        Assert.Single(refusal.ToString().Split("MaximumCommandBytes")[1..]);
        FakeLogRecord record = Assert.Single(
            host.Services.GetFakeLogCollector().GetSnapshot(), static each => each.Category == RaftDiagnostics.HostingLogCategory);
        Assert.Equal((203, LogLevel.Critical), (record.Id.Id, record.Level));
        Assert.Single(record.Message.Split("MaximumCommandBytes")[1..]);
    }

    [Fact]
    public async Task Duration_GivenAsAPlainNumber_ExplainsThatItMeansDays()
    {
        HostApplicationBuilder builder =
            InMemoryHost.Builder("""{ "Raft": { "n1": { "Members": [ "n1" ], "MaximumElectionTimeout": "300" } } }""");
        builder.Services.AddRaftNode("n1");
        using IHost host = builder.Build();

        OptionsValidationException refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(InMemoryHost.Patience()));

        Assert.Equal(
            [
                "Raft:n1: MaximumElectionTimeout is 300.00:00:00: it must be at most 1.00:00:00. "
                    + "A plain number in configuration means days: "
                    + "write 300 milliseconds as \"00:00:00.300\", and 300 seconds as \"00:05:00\".",
            ],
            refusal.Failures);
    }

    [Theory]
    [InlineData("MinimumElectionTimeout")]
    [InlineData("HeartbeatInterval")]
    public async Task WholeDays_WhereTheyContradictAnotherOption_ExplainsPlainNumbers(string option)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder($$"""{ "Raft": { "n1": { "Members": [ "n1" ], "{{option}}": "300" } } }""");
        builder.Services.AddRaftNode("n1");
        using IHost host = builder.Build();

        OptionsValidationException refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => host.StartAsync(InMemoryHost.Patience()));

        Assert.Contains("A plain number in configuration means days", Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralMembers_WithoutATransport_AreRefused()
    {
        OptionsValidationException refusal = await RefuseAsync<OptionsValidationException>(
            services => services.AddRaftNode("n1", options => options.Members = ["n1", "n2"]));

        Assert.StartsWith(
            "Raft:n1: Members lists 2 members, but there is no transport to reach them: call UseChannelTransport()",
            Assert.Single(refusal.Failures),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogInMemory_WithATransportBetweenProcesses_IsRefused()
    {
        OptionsValidationException refusal = await RefuseAsync<OptionsValidationException>(
            services => services.AddRaftNode("n1", options => options.Members = ["n1", "n2"]).UseTransport(_ => Leaving()));

        Assert.Contains(
            "but the log store InMemoryLogStore forgets its vote and log when the process ends", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("set AllowVolatileStorage if losing data is acceptable", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogInMemory_WithVolatileStorageAllowed_Starts()
    {
        HostApplicationBuilder builder =
            InMemoryHost.Builder("""{ "Raft": { "n1": { "Members": [ "n1", "n2" ], "AllowVolatileStorage": true } } }""");
        builder.Services.AddRaftNode("n1").UseTransport(_ => Leaving());
        using IHost host = builder.Build();

        await host.StartAsync(InMemoryHost.Patience());

        await host.StopAsync(InMemoryHost.Patience());
    }

    private static ITransport Leaving()
    {
        ITransport transport = Substitute.For<ITransport>();
        transport.LeavesProcess.Returns(true);
        return transport;
    }

    private static async Task<TException> RefuseAsync<TException>(Action<IServiceCollection> add)
        where TException : Exception
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        add(builder.Services);
        using IHost host = builder.Build();
        return await Assert.ThrowsAsync<TException>(() => host.StartAsync(InMemoryHost.Patience()));
    }
}
