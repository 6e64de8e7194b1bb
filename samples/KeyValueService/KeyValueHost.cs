using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using Raft;

namespace KeyValueService;

/// <summary>What a process has, whether it runs one node or three.</summary>
internal static class KeyValueHost
{
    private const string ReadTimeLimitKey = "Server:ReadTimeLimit";

    public static void AddServices(WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(
            static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, KeyValueJson.Default));
        builder.Services.AddHealthChecks().AddRaftHealthCheck();
        builder.Services.AddOpenTelemetry()
            .WithMetrics(static metrics => metrics.AddMeter(RaftDiagnostics.MeterName).AddPrometheusExporter());
    }

    /// <summary>Maps the HTTP interface of a node.</summary>
    /// <param name="app">The application.</param>
    /// <param name="node">The name of the node.</param>
    /// <param name="prefix">The path before all others, such as <c>/n1</c>; empty if the process has one node only.</param>
    public static void MapNode(WebApplication app, string node, string prefix) => new KeyValueEndpoints(
        app.Services.GetRequiredKeyedService<RaftNode>(node),
        app.Services.GetRequiredKeyedService<IProposer<KeyValueCommand, Answer>>(node),
        app.Services.GetRequiredKeyedService<IReader<KeyValueStore>>(node),
        app.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get(node).Members,
        app.Configuration.GetValue(ReadTimeLimitKey, TimeSpan.FromSeconds(5))).Map(app.MapGroup(prefix));

    public static void MapProbes(WebApplication app)
    {
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
    }
}
