using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>AddRaftHealthCheck: whether nodes run, know a leader, and apply what is committed.</summary>
public sealed class HealthCheckTests
{
    private readonly HostApplicationBuilder _builder = InMemoryHost.Builder();

    [Fact]
    public async Task NodeWithALeader_IsHealthy()
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck();
        Add("n1");
        using IHost host = await StartAsync();
        await host.Services.Node("n1").UntilAsync(static status => status.HasCaughtUp);

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal("n1: leads term 1: 1 of 1 voters reachable, 1 needed", entry.Description);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task Data_ContainsRoleTermLeaderAndIndexes()
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck();
        Add("n1");
        using IHost host = await StartAsync();
        await host.Services.Node("n1").UntilAsync(status => status is { Role: RaftRole.Leader, AppliedIndex: 1 });

        HealthReportEntry entry = await CheckAsync(host);

        string[] keys = ["applied", "caught_up", "committed", "hangs", "known_committed", "lag", "leader", "role", "term"];
        Assert.Equal(keys.Select(static key => $"n1.{key}"), entry.Data.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(
            (1L, 1L, "n1", "Leader", 1L),
            (entry.Data["n1.applied"], entry.Data["n1.committed"], entry.Data["n1.leader"], entry.Data["n1.role"], entry.Data["n1.term"]));
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Theory]
    [InlineData(null, HealthStatus.Unhealthy)]
    [InlineData(HealthStatus.Degraded, HealthStatus.Degraded)]
    public async Task NodeWithoutALeader_ReportsTheConfiguredStatusAndSaysWhatIsMissing(HealthStatus? failureStatus, HealthStatus expected)
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck(failureStatus: failureStatus);
        Add("n1", options => options.Members = ["n1", "n2", "n3"]).UseChannelTransport();
        using IHost host = await StartAsync();

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(expected, entry.Status);
        Assert.Equal(
            "n1: no leader: 1 of 3 voters reachable, 2 needed; not heard from n2, n3; an election follows within the election timeout",
            entry.Description);
        Assert.Equal("unknown", entry.Data["n1.leader"]);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Theory]
    [InlineData(1, HealthStatus.Unhealthy)]
    [InlineData(TimeSpan.TicksPerHour, HealthStatus.Healthy)]
    public async Task NodeThatDoesNotApply_MayLagUpToTheLimit(long maximumLagTicks, HealthStatus expected)
    {
        Gated machine = new() { IsOpen = true };
        _builder.Services.AddHealthChecks().AddRaftHealthCheck(maximumLag: TimeSpan.FromTicks(maximumLagTicks));
        Add("n1", options => options.ShutdownTimeout = TimeSpan.Zero).UseStateMachine(_ => machine);
        using IHost host = await StartAsync();
        RaftNode node = host.Services.Node("n1");
        await node.UntilAsync(status => status is { Role: RaftRole.Leader, AppliedIndex: 1 });
        machine.IsOpen = false;
        Task[] proposals = [.. Enumerable.Range(0, 3).Select(number => node.ProposeAsync($"{number}", CancellationToken.None).AsTask())];
        await node.UntilAsync(status => status.CommitIndex == 4 && status.Lag > TimeSpan.Zero);

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(expected, entry.Status);
        Assert.Equal(
            expected == HealthStatus.Unhealthy, entry.Description!.Contains("; it makes no progress: it has lagged", StringComparison.Ordinal));
        await host.StopAsync(InMemoryHost.Patience());
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => Task.WhenAll(proposals).InTimeAsync());
    }

    [Fact]
    public async Task FailedNode_IsUnhealthyWithItsFailure()
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck();
        Add("n1", options => options.StopHostOnFailure = false).UseStateMachine<Fragile>();
        using IHost host = await StartAsync();
        RaftNode node = host.Services.Node("n1");
        await node.WaitForLeadershipAsync(InMemoryHost.Patience());
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => node.ProposeAsync("bad", InMemoryHost.Patience()).AsTask());

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Same(node.Status.Failure, Assert.IsType<NodeFailedException>(entry.Exception));
        Assert.StartsWith("n1: failed and stopped: ", entry.Description, StringComparison.Ordinal);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task NodeThatHasNotRunYetOrHasStopped_IsUnhealthy()
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck();
        Add("n1");
        using IHost host = _builder.Build();

        HealthReportEntry before = await CheckAsync(host);
        await host.StartAsync(InMemoryHost.Patience());
        await host.StopAsync(InMemoryHost.Patience());
        HealthReportEntry after = await CheckAsync(host);

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Unhealthy), (before.Status, after.Status));
        Assert.StartsWith("n1: not running", before.Description, StringComparison.Ordinal);
        Assert.StartsWith("n1: stopped", after.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralNodes_AreAllChecked_OrOneByItsName()
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck().AddRaftHealthCheck(nodeName: "n1", name: "one").AddRaftHealthCheck(
            nodeName: "n2",
            name: "two");
        Add("n1");
        Add("n2", options => options.Members = ["n2", "n9"]).UseChannelTransport();
        using IHost host = await StartAsync();
        await host.Services.Node("n1").UntilAsync(static status => status.HasCaughtUp);

        HealthReportEntry all = await CheckAsync(host);
        HealthReportEntry one = await CheckAsync(host, "one");
        HealthReportEntry two = await CheckAsync(host, "two");

        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Unhealthy), (all.Status, one.Status, two.Status));
        Assert.StartsWith("n2: no leader", all.Description, StringComparison.Ordinal); // only what is wrong
        Assert.Contains("n1.role", all.Data.Keys);
        Assert.DoesNotContain("n2.role", one.Data.Keys);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Fact]
    public async Task NodesOfTwoClustersWithTheSameId_AreDistinguishedByTheirNames()
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck();
        Add("orders", options => (options.NodeId, options.ClusterId, options.Members) = ("n1", "orders", ["n1"]));
        Add("invoices", options => (options.NodeId, options.ClusterId, options.Members) = ("n1", "invoices", ["n1"]));
        using IHost host = await StartAsync();

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Contains("orders.role", entry.Data.Keys);
        Assert.Contains("invoices.role", entry.Data.Keys);
        await host.StopAsync(InMemoryHost.Patience());
    }

    [Theory]
    [InlineData(null, "No Raft node is registered: call AddRaftNode.")]
    [InlineData("n9", "No Raft node named 'n9' is registered: choose one of 'n1'.")]
    public async Task CheckOfANodeThatDoesNotExist_IsUnhealthy(string? name, string message)
    {
        _builder.Services.AddHealthChecks().AddRaftHealthCheck(name);
        if (name is not null)
        {
            Add("n1");
        }

        using IHost host = _builder.Build();

        HealthReportEntry entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal(message, entry.Exception?.Message);
    }

    [Fact]
    public void NegativeLag_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _builder.Services.AddHealthChecks().AddRaftHealthCheck(maximumApplyLag: -1));

    [Fact]
    public void NoTimeToLag_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _builder.Services.AddHealthChecks().AddRaftHealthCheck(maximumLag: TimeSpan.Zero));

    private IRaftNodeBuilder Add(string name, Action<RaftNodeOptions>? configure = null) => _builder.Services.AddRaftNode(name, options =>
    {
        options.Members = [name];
        configure?.Invoke(options);
    });

    private async Task<IHost> StartAsync()
    {
        IHost host = _builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        return host;
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host, string name = "raft") =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(InMemoryHost.Patience())).Entries[name];
}
