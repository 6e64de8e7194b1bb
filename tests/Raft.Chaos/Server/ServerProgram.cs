using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Raft.Chaos;

/// <summary>A server: one node with its log in files and its connections over TCP, in a host, and a port for clients.</summary>
internal static class ServerProgram
{
    private const int SegmentBytes = 1 << 20;
    private const int TrailingEntries = 1_000;
    private const int SnapshotAfterBytes = 8 << 20;

    /// <summary>The name of the cluster, which is in the certificates too.</summary>
    public const string ClusterId = "chaos";

    /// <summary>The exit code if the node has failed.</summary>
    public const int FailedExitCode = 3;

    /// <summary>The exit code if the node refuses to start without its data.</summary>
    public const int RefusedExitCode = 4;

    private static readonly TimeSpan MinimumElectionTimeout = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan MaximumElectionTimeout = TimeSpan.FromMilliseconds(1_000);

    public static async Task<int> RunAsync(ServerArguments arguments)
    {
        Libc.DieWithParent();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        builder.Services.AddRaftNode(arguments.Node, raft => Configure(raft, arguments))
            .UseStateMachine<RegisterMachine>()
            .UseFileStorage(arguments.Data, static files => files.SegmentBytes = SegmentBytes)
            .UseTcpTransport(tcp => tcp.Tls = TlsOptions(arguments))
            .UseTransport(static provider => provider.GetRequiredService<TcpTransport>());
        builder.Services.AddSingleton(static provider => provider.GetRequiredService<TcpNetwork>().CreateTransport());

        using IHost host = builder.Build();
        try
        {
            await RunAsync(host);
            return 0;
        }
        catch (NodeFailedException exception) // the node has logged why
        {
            return exception.InnerException is BlankStoreException ? RefusedExitCode : FailedExitCode;
        }
    }

    private static async Task RunAsync(IHost host)
    {
        await host.StartAsync();
        RaftNode node = host.Services.GetRequiredService<RaftNode>();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(
            host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        using ClientPort clients = new(node);
        Task serving = clients.ServeAsync(stop.Token);
        string address = host.Services.GetRequiredService<TcpTransport>().ListenAddress!;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ServerArguments.Ready} {address} {clients.Address}"));

        await Task.WhenAny(host.WaitForShutdownAsync(CancellationToken.None), EndOfInputAsync());
        await host.StopAsync();
        await stop.CancelAsync();
        await serving;
    }

    /// <summary>Completes when the input ends, which it does when the process ends that has started this one.</summary>
    private static Task EndOfInputAsync()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            using Stream input = Console.OpenStandardInput();
            input.CopyTo(Stream.Null);
            ended.SetResult();
        })
        { IsBackground = true, Name = "input" }.Start();
        return ended.Task;
    }

    private static void Configure(RaftNodeOptions options, ServerArguments arguments)
    {
        options.ClusterId = ClusterId;
        options.Members = [.. arguments.Members.Select(static member => (RaftMember)member)];
        options.FirstStart = arguments.FirstStart;
        options.MinimumElectionTimeout = MinimumElectionTimeout;
        options.MaximumElectionTimeout = MaximumElectionTimeout;
        options.SnapshotAfterEntries = arguments.SnapshotAfter;
        options.SnapshotAfterBytes = SnapshotAfterBytes;
        options.TrailingEntries = TrailingEntries;
    }

    private static TcpTlsOptions? TlsOptions(ServerArguments arguments) => arguments.Certificates.Length == 0 ? null : new TcpTlsOptions
    {
        CertificateFile = Path.Combine(arguments.Certificates, $"{arguments.Node}.pem"),
        KeyFile = Path.Combine(arguments.Certificates, $"{arguments.Node}-key.pem"),
        AuthorityFile = Path.Combine(arguments.Certificates, "ca.pem"),
    };
}
