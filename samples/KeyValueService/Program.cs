using KeyValueService;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using Raft;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);

// Three nodes in one process. Their members are in appsettings.json, in the section Raft, which all three share. An option of one
// node only would be in the section Raft:{name}. With a process for each node, this is one AddRaftNode with your own transport and
// log store, and the rest does not change.
string[] names = ["n1", "n2", "n3"];
foreach (string name in names)
{
    builder.Services.AddRaftNode(name).UseStateMachine<KeyValueStore>().UseChannelTransport();
}

builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, KeyValueJson.Default));
builder.Services.AddHealthChecks().AddRaftHealthCheck();
builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(RaftDiagnostics.MeterName).AddPrometheusExporter());

WebApplication app = builder.Build();

foreach (string name in names)
{
    KeyValueEndpoints endpoints = new(
        app.Services.GetRequiredKeyedService<RaftNode>(name),
        app.Services.GetRequiredKeyedService<IProposer<KeyValueCommand, Answer>>(name));
    endpoints.Map(app.MapGroup($"/{name}"));
}

// Readiness: if it is unhealthy, send requests elsewhere. Do not restart it: a node without a leader waits for other nodes.
app.MapHealthChecks("/health", new HealthCheckOptions
{
    ResponseWriter = static (context, report) =>
    {
        IEnumerable<string?> descriptions = report.Entries.Values.Select(static entry => entry.Description);
        return context.Response.WriteAsync($"{report.Status}: {string.Join("; ", descriptions)}\n");
    },
});

// Liveness: runs no check. If it does not answer, a restart helps.
app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = static _ => false });
app.MapPrometheusScrapingEndpoint("/metrics");
app.Run();
