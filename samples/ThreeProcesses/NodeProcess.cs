using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Raft;

namespace ThreeProcesses;

/// <summary>Runs one node in this process. Proposes each line of the input, and prints what the log has whenever it grows.</summary>
internal static class NodeProcess
{
    // Printed lines start with one of these, so that the demonstration can read them.
    public const string LeaderLine = "leader: ";
    public const string CommittedLine = "committed: ";
    public const string RefusedLine = "not committed: ";
    public const string LogLine = "log: ";
    public const string Separator = " | ";

    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Raft:Members:0"] = "n1=127.0.0.1:7101",
        ["Raft:Members:1"] = "n2=127.0.0.1:7102",
        ["Raft:Members:2"] = "n3=127.0.0.1:7103",
        ["Logging:LogLevel:Default"] = "Warning",
    };

    public static async Task<int> RunAsync(string id, string data, string? certificates, string[] arguments)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(Defaults).AddCommandLine(arguments);
        builder.Logging.ClearProviders().AddSimpleConsole(static console => console.SingleLine = true);
        builder.Services
            .AddRaftNode(id)
            .UseStateMachine<StringLog>()
            .UseFileStorage(Path.Combine(data, id))
            .UseTcpTransport(tcp => tcp.Tls = certificates is null ? tcp.Tls : new TcpTlsOptions
            {
                CertificateFile = Path.Combine(certificates, $"{id}.pem"),
                KeyFile = Path.Combine(certificates, $"{id}-key.pem"),
                AuthorityFile = Path.Combine(certificates, "ca.pem"),
            });

        using IHost host = builder.Build();
        await host.StartAsync();
        RaftNode node = host.Services.GetRequiredService<RaftNode>();
        CancellationToken stop = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        Console.WriteLine($"node {id}; each line that you type is a string to replicate");
        Task watching = WatchAsync(node, stop);
        await Task.WhenAny(host.WaitForShutdownAsync(CancellationToken.None), ProposeLinesAsync(node, stop));
        await host.StopAsync();
        await watching;
        return 0;
    }

    private static async Task WatchAsync(RaftNode node, CancellationToken stop)
    {
        string before = "";
        int count = 0;
        try
        {
            await foreach (RaftStatus status in node.WatchAsync(stop))
            {
                string current = status.Leader is { } leader ? $"{LeaderLine}{leader} in term {status.Term}" : status.Explanation;
                if (current != before)
                {
                    Console.WriteLine(before = current);
                }

                string[] entries = await node.ReadAsync(static (StringLog log) => log.Entries.ToArray(), ReadConsistency.Local, stop);
                if (entries.Length != count)
                {
                    count = entries.Length;
                    Console.WriteLine(LogLine + string.Join(Separator, entries));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Ends with the input, so that a node ends when its terminal or parent process does.</summary>
    private static async Task ProposeLinesAsync(RaftNode node, CancellationToken stop)
    {
        using StreamReader input = new(Console.OpenStandardInput(), Console.InputEncoding);
        try
        {
            while (await input.ReadLineAsync(stop) is { } line)
            {
                if (line.Length > 0)
                {
                    Console.WriteLine(await ProposeAsync(node, line, stop));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task<string> ProposeAsync(RaftNode node, string line, CancellationToken stop)
    {
        try
        {
            Committed committed = await node.ProposeAsync(line, stop);
            return $"{CommittedLine}{line}, at index {committed.Index} in term {committed.Term}";
        }
        catch (NotLeaderException exception) when (exception.Leader is not null)
        {
            return $"{RefusedLine}{line}. {exception.Leader.Id} leads: type it there";
        }
        catch (RaftException exception)
        {
            return $"{RefusedLine}{line}. {exception.Message}";
        }
    }
}
