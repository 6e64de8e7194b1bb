using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Raft.Tests.Hosting;

/// <summary>Hosts that read nothing from their surroundings, and waits that end in any case.</summary>
internal static class InMemoryHost
{
    /// <summary>A builder with this configuration and nothing else.</summary>
    public static HostApplicationBuilder Builder(string? json = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (json is not null)
        {
            builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        }

        return builder;
    }

    /// <summary>A host with this configuration and nodes of these names.</summary>
    public static IHost FromJson(string json, params string[] nodes)
    {
        HostApplicationBuilder builder = Builder(json);
        foreach (string node in nodes)
        {
            builder.Services.AddRaftNode(node);
        }

        return builder.Build();
    }

    /// <summary>Ends every wait: long enough for the slowest machine, so that only a mistake runs into it.</summary>
    public static CancellationToken Patience()
    {
        CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(TimeSpan.FromSeconds(60));
        return source.Token;
    }

    public static Task InTimeAsync(this Task task) => task.WaitAsync(Patience());

    public static Task<T> InTimeAsync<T>(this Task<T> task) => task.WaitAsync(Patience());

    /// <summary>Waits for a condition that raises no event.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        CancellationToken patience = Patience();
        while (!condition())
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Waits until the node's status is as it should be.</summary>
    public static Task<RaftStatus> UntilAsync(this RaftNode node, Func<RaftStatus, bool> condition) =>
        node.WaitForStatusAsync(condition, Patience()).AsTask();

    /// <summary>The node of a name, or the unnamed one.</summary>
    public static RaftNode Node(this IServiceProvider provider, string? name = null) =>
        name is null ? provider.GetRequiredService<RaftNode>() : provider.GetRequiredKeyedService<RaftNode>(name);

    /// <summary>Makes a node, which leads a cluster of one, a follower: another leads a later term.</summary>
    public static async Task DeposeAsync(this RaftNode node)
    {
        RaftStatus status = node.Status;
        await node.AppendEntriesAsync(status.Term + 1, "usurper", 0, 0, [], 0, Patience());
        await node.UntilAsync(now => now.Role == RaftRole.Follower);
    }
}
