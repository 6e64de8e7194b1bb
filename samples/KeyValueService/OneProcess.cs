using KeyValueService.Server;
using Raft;

namespace KeyValueService;

/// <summary>Three nodes in this process, each under its own path, with their logs in memory.</summary>
internal static class OneProcess
{
    private static readonly string[] Names = ["n1", "n2", "n3"];

    public static Task RunAsync(WebApplicationBuilder builder)
    {
        foreach (string name in Names)
        {
            // The options in the section Raft are for all three; an option of one node only is in the section Raft:{name}.
            builder.Services.AddRaftNode(name, static raft => raft.Members = [.. Names.Select(MemberOf)])
                .UseStateMachine<KeyValueStore>()
                .UseChannelTransport();
        }

        KeyValueHost.AddServices(builder);
        WebApplication app = builder.Build();
        foreach (string name in Names)
        {
            KeyValueHost.MapNode(app, name, $"/{name}");
        }

        KeyValueHost.MapProbes(app);
        return app.RunAsync();
    }

    private static RaftMember MemberOf(string name) => new() { Id = name, Tags = { [MemberList.UrlTag] = $"/{name}" } };
}
