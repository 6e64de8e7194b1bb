using System.Globalization;

namespace Raft.Chaos;

/// <summary>
/// A client: performs one operation after another at the node that it takes for the leader. A refused command is proposed again, with the
/// same number, since it has no effect. One whose outcome is unknown is not.
/// </summary>
internal sealed class Client
{
    private const int CommandReadOf = 4; // one of so many reads is a command
    private const int LargePaddingOf = 200; // one of so many commands is large
    private const int SmallPadding = 300; // bytes
    private const int LargePadding = 128 * 1_024;

    /// <summary>How long a client waits before it turns to another operation. A late answer counts all the same.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LeaderlessPause = TimeSpan.FromMilliseconds(20);

    private readonly int _number;
    private readonly string _name;
    private readonly IServerDirectory _servers;
    private readonly RegisterWindow _window;
    private readonly TrafficEvents _events;
    private readonly Random _random;
    private readonly ServerConnection?[] _connections;
    private int _target;
    private long _commands;

    public Client(int number, IServerDirectory servers, RegisterWindow window, TrafficEvents events, int seed)
    {
        (_number, _servers, _window, _events) = (number, servers, window, events);
        _name = string.Create(CultureInfo.InvariantCulture, $"c{number}");
        _random = new Random(seed);
        _connections = new ServerConnection?[servers.Count];
    }

    public int Number => _number;

    public ClientAccount Account { get; } = new();

    /// <summary>How long the oldest request waits that was not answered and whose connection is open.</summary>
    public TimeSpan LongestWait =>
        _connections.Select(static connection => connection?.LongestWait ?? TimeSpan.Zero).Max();

    /// <summary>Performs operations until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            (RegisterHistory history, int operation, RegisterInput input) = _window.Begin(_random.Next(1 << 16), _name, CreateInput);
            if (input.Action == RegisterAction.Read && _random.Next(CommandReadOf) != 0)
            {
                _target = _random.Next(_servers.Count); // any node answers
                await PerformAsync($"{Requests.Read} {input.Key}", command: 0, history, operation, stop);
                continue;
            }

            int padding = _random.Next(LargePaddingOf) == 0 ? _random.Next(LargePadding) : _random.Next(SmallPadding);
            RegisterCommand command = new(_number, ++_commands, input, padding);
            await PerformAsync($"{Requests.Propose} {command}", command.Number, history, operation, stop);
        }
    }

    /// <summary>Closes all connections. What was not answered by then is unknown.</summary>
    public void Close()
    {
        foreach (ServerConnection? connection in _connections)
        {
            connection?.Dispose();
        }
    }

    private RegisterInput CreateInput(RegisterHistory history) => _random.Next(10) switch
    {
        < 4 => new RegisterInput(history.Key, RegisterAction.Read, 0, 0),
        < 7 => new RegisterInput(history.Key, RegisterAction.Write, 0, _random.NextInt64(1_000_000)),
        _ => new RegisterInput(history.Key, RegisterAction.Swap, history.LastVersion, _random.NextInt64(1_000_000)),
    };

    /// <param name="request">The request.</param>
    /// <param name="command">The number of the command; 0 for a read.</param>
    /// <param name="history">The history of its register.</param>
    /// <param name="operation">The number of the operation in the history.</param>
    /// <param name="stop">Ends it.</param>
    private async Task PerformAsync(string request, long command, RegisterHistory history, int operation, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await ConnectAsync() is not { } connection)
            {
                await LookElsewhereAsync();
                continue;
            }

            Task<string?> asking = connection.AskAsync(request);
            if (await Task.WhenAny(asking, Task.Delay(Patience, CancellationToken.None)) != asking)
            {
                _ = EndLateAsync(asking, connection.Node, command, history, operation);
                await LookElsewhereAsync();
                return;
            }

            if (IsRefused(await asking, out string leader))
            {
                _target = _servers.IndexOf(leader) is >= 0 and var known ? known : _target;
                if (leader == NodeReport.NoLeader || _target == connection.Node)
                {
                    await LookElsewhereAsync();
                }

                continue;
            }

            End(await asking, connection.Node, command, history, operation);
            return;
        }

        if (history.Refuse(operation))
        {
            _events.Complete(history);
        }
    }

    private async Task EndLateAsync(Task<string?> asking, int node, long command, RegisterHistory history, int operation)
    {
        try
        {
            End(await asking, node, command, history, operation);
        }
        // Nobody waits for this task, and the history would never be checked.
        catch (Exception exception)
        {
            _events.Wrong($"{_name} cannot read a late answer: {exception.Message}");
        }
    }

    private void End(string? answer, int node, long command, RegisterHistory history, int operation)
    {
        string[] words = answer?.Split(' ', 2) ?? [];
        bool isComplete;
        switch (words)
        {
            case [Answers.Applied, string result]:
                Account.Acknowledge(command);
                isComplete = history.Complete(operation, RegisterOutput.Parse(result));
                _events.Acknowledged(node);
                break;
            case [Answers.Here, string read]:
                isComplete = history.Complete(operation, RegisterOutput.Parse(read));
                _events.Read(node);
                break;
            case [Answers.Refused, ..]:
                isComplete = history.Refuse(operation); // late: nobody proposes it again
                break;
            case [Answers.Wrong, string problem]:
                _events.Wrong($"{_name} was answered: {problem}");
                isComplete = history.Abandon(operation);
                break;
            default:
                if (command != 0)
                {
                    Account.AddUnknown(); // a read has no effect
                }

                isComplete = history.Abandon(operation);
                break;
        }

        if (isComplete)
        {
            _events.Complete(history);
        }
    }

    private static bool IsRefused(string? answer, out string leader)
    {
        bool isRefused = answer?.StartsWith(Answers.Refused, StringComparison.Ordinal) == true;
        leader = isRefused ? answer![(Answers.Refused.Length + 1)..] : NodeReport.NoLeader;
        return isRefused;
    }

    private async Task<ServerConnection?> ConnectAsync()
    {
        if (_connections[_target] is { HasEnded: false } existing)
        {
            return existing;
        }

        if (_servers.AddressOf(_target) is not { } address)
        {
            return null;
        }

        int target = _target;
        ServerConnection? opened = await ServerConnection.OpenAsync(target, address, CancellationToken.None);
        Volatile.Write(ref _connections[target], opened);
        return opened;
    }

    private async Task LookElsewhereAsync()
    {
        _target = _random.Next(_servers.Count);
        await Task.Delay(LeaderlessPause, CancellationToken.None);
    }
}
