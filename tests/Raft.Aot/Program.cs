// A host with three nodes that uses all of hosting: named nodes, configuration, a typed proposer over structs, readers, a worker
// on the leader, a snapshot, health and metrics. Published trimmed and ahead-of-time compiled, and run, to show that nothing is missing.
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Raft;
using Raft.Aot;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
string[] names = ["n1", "n2", "n3"];
foreach (string name in names)
{
    builder.Configuration.AddInMemoryCollection(
    [
        new($"Raft:{name}:Members:0:Id", "n1"),
        new($"Raft:{name}:Members:1:Id", "n2"),
        new($"Raft:{name}:Members:2", "n3"),
        new($"Raft:{name}:MinimumElectionTimeout", "00:00:00.2"),
        new($"Raft:{name}:MaximumElectionTimeout", "00:00:00.6"),
    ]);
    builder.Services.AddRaftNode(name).UseStateMachine<Account>().UseChannelTransport().RunOnLeader<TermReporter>();
}

builder.Services.AddHealthChecks().AddRaftHealthCheck();
using IHost host = builder.Build();
using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
await host.StartAsync(patience.Token);

NodeId leader = default;
foreach (string name in names)
{
    leader = await host.Services.GetRequiredKeyedService<RaftNode>(name).WaitForLeaderAsync(patience.Token);
}

IProposer<long, long> account = host.Services.GetRequiredKeyedService<IProposer<long, long>>(leader.Value);
long first = await account.ProposeAsync(100, patience.Token);
long second = await account.ProposeAsync(-30, patience.Token);
string follower = names.First(name => name != leader.Value);
IReader<Account> reader = host.Services.GetRequiredKeyedService<IReader<Account>>(follower);
long linearizable = await reader.ReadAsync(static state => state.Balance, cancellationToken: patience.Token);
long local = await reader.ReadAsync(static state => state.Balance, ReadConsistency.Local, patience.Token);
SnapshotInfo? snapshot = await host.Services.GetRequiredKeyedService<RaftNode>(leader.Value).SnapshotAsync(patience.Token);
HealthReport health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(patience.Token);
Console.WriteLine(
    $"Balances {first} and {second}; {follower} reads {linearizable}, and then {local} locally; "
    + $"a snapshot up to entry {snapshot?.LastIncludedIndex}; "
    + $"{health.Status}: {health.Entries["raft"].Description}.");
await host.StopAsync(patience.Token);

bool isRight = (first, second, linearizable, local) == (100, 70, 70, 70);
return isRight && health.Status == HealthStatus.Healthy && snapshot is not null ? 0 : 1;
