using System.Diagnostics;
using System.Net;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Server;

/// <summary>Clients of a server, each with a connection of its own. A reply that is not a success counts as a failure.</summary>
internal sealed class HttpClients : IContender
{
    private const int Spread = 37; // so that clients do not ask for the same keys at the same time

    private readonly IServer _server;
    private readonly Operation _operation;
    private readonly IPEndPoint _target;
    private readonly IReadOnlyList<byte[]> _requests;
    private int _clients;

    public HttpClients(IServer server, Operation operation)
    {
        _server = server;
        _operation = operation;
        _target = operation == Operation.FollowerGet ? server.Follower : server.Leader;
        _requests = server.RequestsOf(operation);
    }

    public string Name => _server.Name;

    public string Description => _server.Description;

    public Task StartAsync() => Task.CompletedTask;

    public Task<string?> FindDifferenceAsync() => Task.FromResult<string?>(null);

    public async Task RunProposerAsync(Proposer proposer, Load load)
    {
        int next = Interlocked.Increment(ref _clients) * Spread;
        using HttpConnection connection = await HttpConnection.OpenAsync(_target);
        while (!load.HasEnded)
        {
            byte[] request = _requests[next++ % _requests.Count];
            bool isMeasured = load.IsMeasured;
            long start = Stopwatch.GetTimestamp();
            HttpReply reply = await connection.SendAsync(request);
            if (!IsSuccess(reply))
            {
                proposer.Failures++;
                continue;
            }

            if (isMeasured)
            {
                proposer.Latencies.Record(Stopwatch.GetTimestamp() - start);
            }

            if (load.IsMeasured)
            {
                proposer.Commits++;
            }
        }
    }

    /// <summary>Sends each request once, from a few connections.</summary>
    public async Task SendEachAsync()
    {
        const int Connections = 16;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async first =>
        {
            using HttpConnection connection = await HttpConnection.OpenAsync(_target);
            for (int i = first; i < _requests.Count; i += Connections)
            {
                HttpReply reply = await connection.SendAsync(_requests[i]);
                if (!IsSuccess(reply))
                {
                    throw new InvalidOperationException($"{_server.Name} answered {_operation} with status {reply.Status}.");
                }
            }
        }));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A get without a value is none: some servers answer it with a success.</summary>
    private bool IsSuccess(HttpReply reply) =>
        reply.Status == 200 && (_operation == Operation.Put || reply.BodyBytes >= Content.ValueBytes);
}
