using KeyValueService;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using Raft;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);

// Three nodes in one process, for now. Members and timeouts are in appsettings.json, in the section Raft:{name}. With a
// process for each node, this is one AddRaftNode with a transport and a log store of your own; the rest stays as it is.
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

// Ready to serve? If not, send requests elsewhere, and do not restart it: a node without a leader waits for others.
app.MapHealthChecks("/health", new HealthCheckOptions
{
    ResponseWriter = static (context, report) =>
        context.Response.WriteAsync($"{report.Status}: {string.Join("; ", report.Entries.Values.Select(static entry => entry.Description))}\n"),
});

// Alive? Runs no check: if this does not answer, a restart helps.
app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = static _ => false });
app.MapPrometheusScrapingEndpoint("/metrics");
app.Run();
