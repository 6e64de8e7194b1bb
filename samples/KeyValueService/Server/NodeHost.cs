using Microsoft.Extensions.Logging.Console;
using Raft;

namespace KeyValueService.Server;

/// <summary>One node of a cluster in this process: its log in files, the others over TCP, clients over HTTP.</summary>
internal static class NodeHost
{
    public static async Task RunAsync(WebApplicationBuilder builder, ServerSettings settings)
    {
        builder.WebHost.UseUrls(settings.Url);
        builder.Logging.AddSimpleConsole(static console => console.SingleLine = true);
        builder.Services.Configure<ConsoleLoggerOptions>(
            static console => console.LogToStandardErrorThreshold = LogLevel.Trace); // the standard output has the address only
        builder.Services
            .AddRaftNode(settings.Node, raft => raft.Members = [.. settings.Members])
            .UseStateMachine<KeyValueStore>()
            .UseFileStorage(settings.Data)
            .UseTcpTransport(tcp => UseCertificates(tcp, settings));
        KeyValueHost.AddServices(builder);

        await using WebApplication app = builder.Build();
        KeyValueHost.MapNode(app, settings.Node, prefix: "");
        KeyValueHost.MapProbes(app);
        await app.StartAsync();
        Console.WriteLine($"{settings.Node} {app.Urls.First()}");
        if (settings.StopsAtEndOfInput)
        {
            _ = EndOfInput.CallAsync(app.Lifetime.StopApplication);
        }

        await app.WaitForShutdownAsync();
    }

    private static void UseCertificates(TcpTransportOptions tcp, ServerSettings settings)
    {
        if (settings.Certificates is not null)
        {
            tcp.Tls = new TcpTlsOptions
            {
                CertificateFile = settings.CertificateFile,
                KeyFile = settings.KeyFile,
                AuthorityFile = settings.AuthorityFile,
            };
        }
    }
}
