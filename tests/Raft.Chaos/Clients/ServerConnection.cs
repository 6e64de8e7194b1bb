using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Raft.Chaos;

/// <summary>A connection to a server, with any number of requests under way.</summary>
internal sealed class ServerConnection : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly ConcurrentDictionary<long, Waiting> _waiting = new();
    private readonly SemaphoreSlim _turn = new(1);
    private long _requests;
    private volatile bool _hasEnded;

    private ServerConnection(int node) => Node = node;

    /// <summary>The node at the other end.</summary>
    public int Node { get; }

    public bool HasEnded => _hasEnded;

    /// <summary>How long the oldest request waits.</summary>
    public TimeSpan LongestWait =>
        _waiting.Values.Select(static waiting => Stopwatch.GetElapsedTime(waiting.Since)).DefaultIfEmpty(TimeSpan.Zero).Max();

    /// <summary>Connects to a server.</summary>
    /// <returns>Null if nobody listens.</returns>
    public static async Task<ServerConnection?> OpenAsync(int node, IPEndPoint address, CancellationToken cancellationToken)
    {
        ServerConnection connection = new(node);
        try
        {
            await connection._client.ConnectAsync(address, cancellationToken);
            _ = connection.ReadAsync();
            return connection;
        }
        catch (SocketException)
        {
            connection.Dispose();
            return null;
        }
    }

    /// <summary>Sends a request.</summary>
    /// <returns>The answer; null if the connection ends before, in which case the server may have seen the request or not.</returns>
    public async Task<string?> AskAsync(string request)
    {
        long number = Interlocked.Increment(ref _requests);
        Waiting waiting = new(Stopwatch.GetTimestamp(), new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiting[number] = waiting;
        byte[] line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number} {request}\n"));
        await _turn.WaitAsync();
        try
        {
            await _client.GetStream().WriteAsync(line);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            End();
        }
        finally
        {
            _turn.Release();
        }

        if (_hasEnded)
        {
            waiting.Answer.TrySetResult(null);
        }

        return await waiting.Answer.Task;
    }

    /// <summary>Closes the connection. Requests under way end without an answer.</summary>
    public void Dispose() => End();

    private async Task ReadAsync()
    {
        try
        {
            await foreach (string line in CompleteLines.ReadAsync(_client.GetStream()))
            {
                int space = line.IndexOf(' ', StringComparison.Ordinal);
                if (_waiting.TryRemove(long.Parse(line.AsSpan(0, space), CultureInfo.InvariantCulture), out Waiting? waiting))
                {
                    waiting.Answer.TrySetResult(line[(space + 1)..]);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or FormatException or ArgumentException)
        {
            // The server has gone.
        }

        End();
    }

    private void End()
    {
        _hasEnded = true;
        _client.Dispose();
        foreach (Waiting waiting in _waiting.Values)
        {
            waiting.Answer.TrySetResult(null);
        }

        _waiting.Clear();
    }

    private sealed record Waiting(long Since, TaskCompletionSource<string?> Answer);
}
