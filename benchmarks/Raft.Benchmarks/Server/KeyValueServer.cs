using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using KeyValueService.Local;

namespace Raft.Benchmarks.Server;

/// <summary>Three processes of samples/KeyValueService, with their logs in files.</summary>
internal sealed class KeyValueServer(string data) : IServer
{
    private const int Nodes = 3;

    private readonly List<Process> _processes = [];
    private ChildProcess? _local;

    public string Name => "raft";

    public string Description => "raft: three processes of samples/KeyValueService, logs in files, plaintext TCP, default options";

    public IPEndPoint Leader { get; private set; } = new(IPAddress.Loopback, 0);

    public IPEndPoint Follower { get; private set; } = new(IPAddress.Loopback, 0);

    public IReadOnlyList<Process> Processes => _processes;

    public async Task StartAsync()
    {
        string program = typeof(NodeProcess).Assembly.Location;
        _local = ChildProcess.Start(
            "dotnet",
            "exec", program, "--local", "3", "--data", data, "--stop-at-end-of-input", "true", "--Logging:LogLevel:Default=Warning");
        SortedDictionary<string, string> urls = new(StringComparer.Ordinal);
        while (urls.Count < Nodes)
        {
            string[] words = (await _local.ReadLineAsync()).Split(' ');
            urls[words[0]] = words[1];
        }

        JsonNode leader = await Polling.GetJsonAsync($"{urls["n1"]}/leader");
        string id = (string)leader["node"]!;
        Leader = IPEndPoint.Parse(new Uri(urls[id]).Authority);
        Follower = IPEndPoint.Parse(new Uri(urls.First(pair => pair.Key != id).Value).Authority);
        _processes.Add(Process.GetProcessById((int)leader["process"]!));
        foreach ((_, string url) in urls.Where(pair => pair.Key != id))
        {
            _processes.Add(Process.GetProcessById((int)(await Polling.GetJsonAsync($"{url}/status"))["process"]!));
        }
    }

    public IReadOnlyList<byte[]> RequestsOf(Operation operation) => Content.Requests(key => operation switch
    {
        Operation.Put => Content.Request("PUT", $"/kv/{key}", Content.Value),
        Operation.LocalGet => Content.Request("GET", $"/kv/{key}?consistent=false"),
        _ => Content.Request("GET", $"/kv/{key}?consistent=true"),
    });

    public ValueTask DisposeAsync()
    {
        _local?.Dispose();
        _processes.ForEach(static process => process.Dispose());
        return ValueTask.CompletedTask;
    }
}
