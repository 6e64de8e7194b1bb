using LeaderWorker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Raft;

// Three nodes in one process, and a worker that runs on whichever of them leads. In production each node has a process
// of its own, and the same few lines with one name, a log store on disk and a transport over the network.
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

// Nothing here should ever take long. If something does, say so and leave, instead of hanging for ever.
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
    Console.WriteLine(stopping.IsCancellationRequested ? "Interrupted." : "Not over after 18 s, so something hangs.");
    return 1;
}

await host.StopAsync();
return held ? 0 : 1;
