using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Raft;

namespace KeyValueService.Tests;

/// <summary>
/// The service in memory, without a port. Nothing in it depends on chance or on how fast the machine is: either n1 is the
/// only node that ever campaigns, and never steps down, or no node ever does.
/// </summary>
internal sealed class Service : WebApplicationFactory<Program>
{
    private readonly bool _hasLeader;
    private readonly TimeSpan _readTimeLimit;

    private Service(bool hasLeader, TimeSpan readTimeLimit)
    {
        _hasLeader = hasLeader;
        _readTimeLimit = readTimeLimit;
    }

    /// <summary>How long a request may take before the test fails, rather than hang.</summary>
    public static TimeSpan Patience => TimeSpan.FromSeconds(30);

    /// <summary>The limit of reads that have no chance of an answer, so that a test need not wait for longer.</summary>
    public static TimeSpan ReadTimeLimit => TimeSpan.FromMilliseconds(100);

    /// <summary>The network of the nodes.</summary>
    public ChannelNetwork Network => Services.GetRequiredService<ChannelNetwork>();

    /// <param name="readTimeLimit">How long a read waits; <see cref="Patience"/> by default.</param>
    public static async Task<(Service Service, HttpClient Client)> StartAsync(TimeSpan? readTimeLimit = null)
    {
        Service service = new(hasLeader: true, readTimeLimit ?? Patience);
        HttpClient client = service.Connect();
        foreach (string name in new[] { "n1", "n2", "n3" })
        {
            using CancellationTokenSource patience = new(Patience);
            RaftNode node = service.Services.GetRequiredKeyedService<RaftNode>(name);
            NodeId leader = await node.WaitForLeaderAsync(patience.Token);
            await node.WaitForStatusAsync(static status => status.HasCaughtUp, patience.Token);
            Assert.Equal("n1", leader.Value);
        }

        return (service, client);
    }

    public static (Service Service, HttpClient Client) StartWithoutLeader()
    {
        Service service = new(hasLeader: false, ReadTimeLimit);
        return (service, service.Connect());
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Server:ReadTimeLimit", _readTimeLimit.ToString("c"));
        foreach (string name in new[] { "n1", "n2", "n3" })
        {
            bool campaigns = _hasLeader && name == "n1";
            builder.UseSetting($"Raft:{name}:MinimumElectionTimeout", campaigns ? "00:00:00.200" : "10:00:00");
            builder.UseSetting($"Raft:{name}:MaximumElectionTimeout", campaigns ? "00:00:00.400" : "20:00:00");
            builder.UseSetting($"Raft:{name}:CheckQuorum", "false");
            builder.UseSetting($"Raft:{name}:LeaderStickiness", "false");
        }
    }

    private HttpClient Connect()
    {
        HttpClient client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        client.Timeout = Patience;
        return client;
    }
}
