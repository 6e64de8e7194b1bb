using System.Diagnostics;
using System.Globalization;
using System.Net;
using KeyValueService.Local;

namespace Raft.Benchmarks.Server;

/// <summary>The same HTTP interface in one process, without replication or files: what HTTP alone allows.</summary>
internal sealed class BareServer : IServer
{
    private ChildProcess? _process;

    public string Name => "bare";

    public string Description => "bare: one process with the endpoint of samples/KeyValueService, which applies each command at once";

    public IPEndPoint Leader { get; private set; } = new(IPAddress.Loopback, 0);

    public IPEndPoint Follower => Leader;

    public IReadOnlyList<Process> Processes => _process is null ? [] : [_process.Process];

    public async Task StartAsync()
    {
        int port = FreePorts.Find(1).Dequeue();
        Leader = new IPEndPoint(IPAddress.Loopback, port);
        _process = ChildProcess.Start(
            "dotnet",
            "exec", typeof(BareServer).Assembly.Location, BareService.Command,
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        await _process.ReadLineAsync();
    }

    public IReadOnlyList<byte[]> RequestsOf(Operation operation) => operation switch
    {
        Operation.Put => Content.Requests(static key => Content.Request("PUT", $"/kv/{key}", Content.Value)),
        Operation.LinearizableGet => Content.Requests(static key => Content.Request("GET", $"/kv/{key}?consistent=true")),
        _ => [],
    };

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        return ValueTask.CompletedTask;
    }
}
