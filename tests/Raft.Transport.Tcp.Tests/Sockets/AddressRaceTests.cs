using System.Net;
using System.Net.Sockets;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Which of several addresses is used.</summary>
public sealed class AddressRaceTests
{
    private static readonly IPAddress First = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Second = IPAddress.Parse("2001:db8::1");

    private readonly TaskCompletionSource _pause = new();
    private readonly Dictionary<IPAddress, TaskCompletionSource<Connected>> _attempts = new()
    {
        [First] = new TaskCompletionSource<Connected>(),
        [Second] = new TaskCompletionSource<Connected>(),
    };

    private readonly List<IPAddress> _tried = [];

    [Fact]
    public async Task Address_ThatDoesNotAnswer_DoesNotDelayTheNextForLong()
    {
        Task<Connected> race = Race(TestContext.Current.CancellationToken);
        Assert.Equal([First], _tried);
        _pause.SetResult();
        await Wait.UntilAsync(() => _tried.Count == 2, "the second is tried");
        Connected second = new();
        _attempts[Second].SetResult(second);

        Assert.Same(second, await race);
        Connected late = new();
        _attempts[First].SetResult(late);
        await Wait.UntilAsync(() => late.IsDisposed, "the connection that came too late is closed");
        Assert.False(second.IsDisposed);
    }

    [Fact]
    public async Task Address_ThatFails_IsFollowedByTheNextAtOnce()
    {
        Task<Connected> race = Race(TestContext.Current.CancellationToken);
        _attempts[First].SetException(new SocketException((int)SocketError.ConnectionRefused));
        await Wait.UntilAsync(() => _tried.Count == 2, "the second is tried");
        _attempts[Second].SetException(new SocketException((int)SocketError.NetworkUnreachable));

        SocketException failure = await Assert.ThrowsAsync<SocketException>(() => race);

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task Cancellation_EndsTheRace()
    {
        using CancellationTokenSource cancellation = new();
        Task<Connected> race = Race(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
    }

    [Fact]
    public void Families_TakeTurns() => Assert.Equal(
        ["10.0.0.1", "2001:db8::1", "10.0.0.2", "2001:db8::2", "2001:db8::3"],
        AddressRace.Order(new[] { "2001:db8::1", "2001:db8::2", "2001:db8::3", "10.0.0.1", "10.0.0.2" }.Select(IPAddress.Parse))
            .Select(static ip => ip.ToString()));

    [Fact]
    public async Task Listener_OfAllIpv6Addresses_AcceptsIpv4Too()
    {
        SocketNetwork network = new();
        using IConnectionListener listener = await network.ListenAsync(new TcpAddress("::", 0), TestContext.Current.CancellationToken);
        Task<IConnectionStream> accepting = listener.AcceptAsync().AsTask();

        using IConnectionStream dialled = await network.DialAsync(
            new TcpAddress("127.0.0.1", listener.Address.Port), TestContext.Current.CancellationToken);
        using IConnectionStream accepted = await Wait.OrFailAsync(accepting, "it is accepted");

        Assert.Equal("127.0.0.1", UnprovenConnections.MachineOf(accepted.RemoteAddress));
    }

    private Task<Connected> Race(CancellationToken cancellationToken) => AddressRace.RunAsync(
        [First, Second],
        (ip, _) =>
        {
            _tried.Add(ip);
            return _attempts[ip].Task;
        },
        cancellation => _pause.Task.WaitAsync(cancellation),
        cancellationToken);

    private sealed class Connected : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
