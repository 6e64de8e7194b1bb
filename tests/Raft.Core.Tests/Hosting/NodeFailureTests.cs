using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>A node that fails stops its host, unless it was told not to.</summary>
public sealed class NodeFailureTests
{
    [Fact]
    public async Task FailedNode_StopsItsHostAndFailsItsStop()
    {
        using IHost host = await StartAsync(stopHostOnFailure: true);
        TaskCompletionSource stopping = new();
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);

        await FailAsync(host.Services.Node("n1"));

        await stopping.Task.InTimeAsync();
        NodeFailedException failure = await Assert.ThrowsAsync<NodeFailedException>(() => host.StopAsync(InMemoryHost.Patience()));
        Assert.Contains("Cannot digest it.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(RaftRole.Stopped, host.Services.Node("n2").Status.Role); // the other one stops in good order
    }

    [Fact]
    public async Task FailedNode_EndsARunningProgramWithItsFailure()
    {
        using IHost host = await StartAsync(stopHostOnFailure: true);
        Task program = host.WaitForShutdownAsync(InMemoryHost.Patience());

        await FailAsync(host.Services.Node("n1"));

        await Assert.ThrowsAsync<NodeFailedException>(() => program.InTimeAsync());
    }

    [Fact]
    public async Task FailedNode_WithStopHostOnFailureOff_LeavesTheHostAlone()
    {
        using IHost host = await StartAsync(stopHostOnFailure: false);

        await FailAsync(host.Services.Node("n1"));
        await host.Services.Node("n1").DisposeAsync(); // all that follows a failure is over
        await host.Services.Node("n2").WaitForLeadershipAsync(InMemoryHost.Patience());
        await host.Services.Node("n2").ProposeAsync("goes on", InMemoryHost.Patience());

        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        await host.StopAsync(InMemoryHost.Patience());
    }

    private static async Task<IHost> StartAsync(bool stopHostOnFailure)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        foreach (string id in new[] { "n1", "n2" })
        {
            builder.Services.AddRaftNode(id, options => (options.Members, options.StopHostOnFailure) = ([id], stopHostOnFailure)).UseStateMachine<Fragile>();
        }

        IHost host = builder.Build();
        await host.StartAsync(InMemoryHost.Patience());
        return host;
    }

    private static async Task FailAsync(RaftNode node)
    {
        await node.WaitForLeadershipAsync(InMemoryHost.Patience());
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => node.ProposeAsync("bad", InMemoryHost.Patience()).AsTask());
        await node.UntilAsync(status => status.Role == RaftRole.Failed);
    }
}
