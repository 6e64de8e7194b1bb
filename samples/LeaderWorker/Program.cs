using LeaderWorker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Raft;

// Three nodes in one process, and a worker that runs on the leader only. In production each node has a process of its own, with
// the same lines for one name, a log store on disk and a transport over the network.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
string[] names = ["n1", "n2", "n3"];
foreach (string name in names)
{
    builder.Services
        .AddRaftNode(name, raft =>
        {
            raft.Members = [.. names];
            raft.MinimumElectionTimeout = TimeSpan.FromMilliseconds(500);
            raft.MaximumElectionTimeout = TimeSpan.FromMilliseconds(1500);
        })
        .UseChannelTransport()
        .RunOnLeader<TicketWorker>();
}

builder.Services.AddSingleton<FencedStore>();
builder.Services.AddSingleton<StoreConnections>();
builder.Services.AddSingleton<Demonstration>();

using IHost host = builder.Build();
await host.StartAsync();

// A step that takes too long is an error: report it, and end the process.
CancellationToken stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
using CancellationTokenSource watchdog = CancellationTokenSource.CreateLinkedTokenSource(stopping);
watchdog.CancelAfter(TimeSpan.FromSeconds(18));
bool held;
try
{
    held = await host.Services.GetRequiredService<Demonstration>().RunAsync(watchdog.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine(stopping.IsCancellationRequested ? "Interrupted." : "Not finished after 18 s, so something hangs.");
    return 1;
}

await host.StopAsync();
return held ? 0 : 1;
