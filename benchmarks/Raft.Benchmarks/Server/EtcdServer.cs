using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KeyValueService.Local;

namespace Raft.Benchmarks.Server;

/// <summary>Three processes of etcd, with their default options.</summary>
internal sealed class EtcdServer : IServer
{
    private const int Nodes = 3;

    private readonly string _data;
    private readonly string _program;
    private readonly List<ChildProcess> _watches = [];
    private readonly List<Process> _processes = [];

    public EtcdServer(string data, string program)
    {
        _data = data;
        _program = program;
        Description =
            $"etcd: three processes of {VersionOf(program)}, default options, over its HTTP/JSON gateway (/v3/kv/put, /v3/kv/range)";
    }

    public string Name => "etcd";

    public string Description { get; }

    public IPEndPoint Leader { get; private set; } = new(IPAddress.Loopback, 0);

    public IPEndPoint Follower { get; private set; } = new(IPAddress.Loopback, 0);

    public IReadOnlyList<Process> Processes => _processes;

    /// <summary>The path of etcd.</summary>
    /// <returns>Null if it is not installed.</returns>
    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(static folder => Path.Combine(folder, "etcd"))
            .FirstOrDefault(File.Exists);

    public async Task StartAsync()
    {
        int[] ports = [.. FreePorts.Find(2 * Nodes)];
        string members = string.Join(',', Enumerable.Range(0, Nodes).Select(i => $"e{i}={Url(ports[Nodes + i])}"));
        for (int i = 0; i < Nodes; i++)
        {
            (ChildProcess watch, int id) = await ChildProcess.StartWatchedAsync(
                _program,
                "--name", $"e{i}", "--data-dir", Path.Combine(_data, $"e{i}"), "--logger", "zap", "--log-level", "error",
                "--listen-client-urls", Url(ports[i]), "--advertise-client-urls", Url(ports[i]),
                "--listen-peer-urls", Url(ports[Nodes + i]), "--initial-advertise-peer-urls", Url(ports[Nodes + i]),
                "--initial-cluster", members, "--initial-cluster-state", "new");
            _watches.Add(watch);
            _processes.Add(Process.GetProcessById(id));
        }

        for (int i = 0; i < Nodes; i++)
        {
            JsonNode status = await Polling.GetJsonAsync(
                $"{Url(ports[i])}/v3/maintenance/status", "{}", static node => node["leader"] is not null);
            if ((string)status["leader"]! == (string)status["header"]!["member_id"]!)
            {
                Leader = new IPEndPoint(IPAddress.Loopback, ports[i]);
                Follower = new IPEndPoint(IPAddress.Loopback, ports[(i + 1) % Nodes]);
                (_processes[0], _processes[i]) = (_processes[i], _processes[0]);
                return;
            }
        }

        throw new InvalidOperationException("etcd has no leader.");
    }

    public IReadOnlyList<byte[]> RequestsOf(Operation operation) => Content.Requests(key => operation switch
    {
        Operation.Put => Content.Request(
            "POST", "/v3/kv/put", $$"""{"key":"{{Encode(key)}}","value":"{{Encode(Content.Value)}}"}"""),
        Operation.LocalGet => Content.Request("POST", "/v3/kv/range", $$"""{"key":"{{Encode(key)}}","serializable":true}"""),
        _ => Content.Request("POST", "/v3/kv/range", $$"""{"key":"{{Encode(key)}}"}"""),
    });

    public ValueTask DisposeAsync()
    {
        _watches.ForEach(static watch => watch.Dispose());
        _processes.ForEach(static process => process.Dispose());
        return ValueTask.CompletedTask;
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static string VersionOf(string program)
    {
        using ChildProcess version = ChildProcess.Start(program, "--version");
        return version.Process.StandardOutput.ReadLine() ?? "an unknown version";
    }
}
