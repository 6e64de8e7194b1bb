using Raft.Testing;

namespace Raft.Chaos;

/// <summary>All clients of a run.</summary>
internal sealed class Traffic
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly RegisterWindow _window;
    private readonly Client[] _clients;
    private Task _running = Task.CompletedTask;

    public Traffic(int clients, IServerDirectory servers, TrafficEvents events, SeededRandom random)
    {
        _window = new RegisterWindow(events.Complete);
        _clients = [.. Enumerable.Range(1, clients).Select(number => new Client(number, servers, _window, events, random.Next(int.MaxValue)))];
    }

    public long Acknowledged => _clients.Sum(static client => client.Account.AcknowledgedCount);

    public long Unknown => _clients.Sum(static client => client.Account.UnknownCount);

    /// <summary>How many registers were used, each with a history.</summary>
    public int Registers => _window.Created;

    /// <summary>The register that was created last; a name that no register has if none was.</summary>
    public string LastRegister => RegisterWindow.NameOf(_window.Created);

    /// <summary>How long the oldest request waits whose connection is open.</summary>
    public TimeSpan LongestWait => _clients.Max(static client => client.LongestWait);

    /// <summary>The answers that each client has received.</summary>
    public IEnumerable<(int Client, ClientAccount Account)> Accounts => _clients.Select(static client => (client.Number, client.Account));

    /// <summary>Starts all clients.</summary>
    public void Start(CancellationToken stop) => _running = Task.WhenAll(_clients.Select(client => Task.Run(() => client.RunAsync(stop))));

    /// <summary>Waits until all clients have ended and all requests are answered, and closes their connections.</summary>
    /// <returns>How many clients still wait for an answer after the limit.</returns>
    public async Task<int> EndAsync(TimeSpan limit)
    {
        await _running;
        using CancellationTokenSource giveUp = new(limit);
        while (LongestWait > TimeSpan.Zero && !giveUp.IsCancellationRequested)
        {
            await Task.Delay(PollInterval, CancellationToken.None);
        }

        int hanging = _clients.Count(static client => client.LongestWait > TimeSpan.Zero);
        Array.ForEach(_clients, static client => client.Close());
        _window.Close();
        return hanging;
    }
}
