using Raft.Service_1;
using Raft;

// One node of the cluster. The README says how to start one alone, or three.
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string node = builder.Configuration["Node"] ?? "n1";
string data = builder.Configuration["Data"] ?? "data";
IConfigurationSection self = builder.Configuration.GetSection("Raft:Members").GetChildren().FirstOrDefault(member => member["Id"] == node)
    ?? throw new InvalidOperationException($"Raft:Members in the settings has no member with the id '{node}'.");
builder.WebHost.UseUrls(self["Tags:url"] ?? "http://127.0.0.1:8001");

// Members and other options come from the section Raft of the settings.
builder.Services.AddRaftNode(node)
    .UseStateMachine<InventoryMachine>()
    .UseFileStorage(Path.Combine(data, node))
    .UseTcpTransport();
builder.Services.AddHealthChecks().AddRaftHealthCheck();
builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, InventoryJson.Default));

WebApplication app = builder.Build();
app.MapInventory();
app.MapHealthChecks("/health");   // readiness: send requests elsewhere, but do not restart it
app.MapGet("/status", static (RaftNode raft) => raft.Status.Explanation);
app.Run();
