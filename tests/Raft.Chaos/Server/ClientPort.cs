using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Raft.Chaos;

/// <summary>Takes connections of clients, and answers each line with a line, in any order.</summary>
internal sealed class ClientPort : IDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(2);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly RaftNode _node;
    private readonly IProposer<RegisterCommand, RegisterOutput> _proposer;
    private readonly IReader<RegisterMachine> _reader;

    public ClientPort(RaftNode node)
    {
        _node = node;
        _proposer = node.CreateProposer<RegisterCommand, RegisterOutput>();
        _reader = node.CreateReader<RegisterMachine>();
        _listener.Start();
    }

    public EndPoint Address => _listener.LocalEndpoint;

    /// <summary>Serves clients until it is stopped.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(stop), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        using TcpClient connection = client;
        connection.NoDelay = true;
#pragma warning disable CA2000 // answers may still use it when the connection has ended
        SemaphoreSlim turn = new(1);
#pragma warning restore CA2000
        try
        {
            List<Task> answers = [];
            await foreach (string line in CompleteLines.ReadAsync(connection.GetStream(), stop))
            {
                answers.RemoveAll(static answer => answer.IsCompleted);
                answers.Add(AnswerAsync(line, connection.GetStream(), turn));
            }

            await Task.WhenAll(answers);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The client has gone, or the server stops.
        }
    }

    private async Task AnswerAsync(string line, NetworkStream output, SemaphoreSlim turn)
    {
        int space = line.IndexOf(' ', StringComparison.Ordinal);
        string answer = await AnswerAsync(line[(space + 1)..]);
        byte[] bytes = Encoding.UTF8.GetBytes($"{line[..space]} {answer}\n");
        await turn.WaitAsync();
        try
        {
            await output.WriteAsync(bytes);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<string> AnswerAsync(string request)
    {
        try
        {
            switch (request.Split(' ', 2))
            {
                case [Requests.Propose, string command]:
                    return $"{Answers.Applied} {await _proposer.ProposeAsync(RegisterCommand.Parse(command))}";
                case [Requests.Read, string key]:
                    return $"{Answers.Here} {await ReadAsync(key)}";
                case [Requests.Status]:
                    return $"{Answers.Here} {NodeReport.Of(_node.Status)}";
                case [Requests.Audit]:
                    return $"{Answers.Here} {await _node.ReadAsync(static (RegisterMachine machine) => machine.Audit(), ReadConsistency.Local)}";
                default:
                    return $"{Answers.Wrong} '{request}' is not a request";
            }
        }
        catch (NotLeaderException exception)
        {
            return $"{Answers.Refused} {exception.Leader?.Id ?? NodeReport.NoLeader}";
        }
        catch (ProposalRefusedException)
        {
            return $"{Answers.Refused} {NodeReport.NoLeader}";
        }
        catch (Exception exception) when (exception is OutcomeUnknownException or OperationCanceledException)
        {
            return Answers.Unknown;
        }
        catch (Exception exception)
        {
            return $"{Answers.Wrong} {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";
        }
    }

    /// <summary>A read waits for a leader, and a client must not wait forever.</summary>
    private async Task<RegisterOutput> ReadAsync(string key)
    {
        using CancellationTokenSource limit = new(ReadLimit);
        return await _reader.ReadAsync(machine => machine.Find(key), ReadConsistency.Linearizable, limit.Token);
    }
}
