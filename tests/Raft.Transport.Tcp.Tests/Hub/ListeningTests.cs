using System.Net;
using System.Net.Sockets;
using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>How a process begins to listen, and accepts.</summary>
public sealed class ListeningTests
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2"];

    [Fact]
    public async Task Start_ThatIsCancelled_DoesNotCancelThatOfAnotherNodeAtTheAddress()
    {
        GatedNetwork network = new();
        TestProcess process = new(network);
        using CancellationTokenSource cancellation = new();
        RaftMember[] members = ["a=localhost:1", "b=localhost:1"];
        Task first = process.Network.CreateTransport().StartAsync(new TestReceiver("a", members), cancellation.Token).AsTask();
        TcpTransport transport = process.Network.CreateTransport();
        Task second = transport.StartAsync(new TestReceiver("b", members), CancellationToken.None).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        network.Open();
        await Wait.OrFailAsync(second, "the other node starts");

        Assert.Equal("localhost:1", transport.ListenAddress);
        Assert.False(network.IsDisposed);
        await transport.StopAsync(CancellationToken.None);
        Assert.True(network.IsDisposed);
    }

    [Fact]
    public async Task Listener_ThatNobodyWaitsForAnyMore_IsClosed()
    {
        GatedNetwork network = new();
        TestProcess process = new(network);
        using CancellationTokenSource cancellation = new();
        Task start = process.Network.CreateTransport().StartAsync(new TestReceiver("n1", Members), cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        network.Open();

        await Wait.UntilAsync(() => network.IsDisposed, "it is closed");
    }

    [Fact]
    public void Start_CompletesBeforeAnythingIsAccepted()
    {
        SimulatedWorld world = new(1);
        GatedNetwork network = new();
        network.Open();
        TcpEnvironment environment = new() { Network = network, Clock = world.Clock, Scheduler = world.Scheduler };
        TcpNetwork process = new(options: null, logger: null, meterFactory: null, environment);

        Task starting = process.CreateTransport().StartAsync(new TestReceiver("n1", Members), CancellationToken.None).AsTask();

        Assert.True(starting.IsCompletedSuccessfully);
        Assert.Equal(0, network.Accepts); // someone who connects all the time must not keep the caller
        world.RunFor(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, network.Accepts);
    }

    [Fact]
    public async Task Accepting_AfterAnObjectWasDisposed_Continues()
    {
        GatedNetwork network = new() { FailedAccepts = 1 };
        network.Open();
        TestProcess process = new(network);
        (TcpTransport transport, _) = await process.StartAsync(new TestReceiver("n1", Members));

        await Wait.UntilAsync(() => network.Accepts == 2, "it accepts again");

        Assert.Single(process.Logged(412));
        await transport.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Connections_ThatAreResetAtOnce_DoNotDelayOthers()
    {
        LoopbackNetwork loopback = new();
        TestProcess process = new(loopback);
        TestReceiver n1 = new("n1", Members);
        await process.StartAsync(n1);
        TcpAddress address = loopback.RealAddressOf("localhost:1");
        for (int i = 0; i < 200; i++)
        {
            using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port, TestContext.Current.CancellationToken);
            socket.LingerState = new LingerOption(true, 0);
        }

        using RawPeer peer = await RawPeer.JoinAsync(address, new NodeKey("raft", "n2"));
        await peer.SendAsync(Messages.Vote(new TestReceiver("n2", Members), "n1", 1));

        await Wait.UntilAsync(() => n1.Received.Length == 1, "the message arrives");
        Assert.Empty(process.Logged(412));
    }

    [Fact]
    public async Task Connections_WithoutAnAcceptedNode_AreBounded_AndThoseWithOneStay()
    {
        LoopbackNetwork loopback = new();
        TestProcess process = new(loopback, new TcpTransportOptions { MaximumHandshakes = 4, HandshakeTimeout = TimeSpan.FromSeconds(50) });
        TestReceiver n1 = new("n1", Members);
        await process.StartAsync(n1);
        TcpAddress address = loopback.RealAddressOf("localhost:1");
        using RawPeer member = await RawPeer.JoinAsync(address, new NodeKey("raft", "n2"));
        await member.SendAsync(Messages.Vote(new TestReceiver("n2", Members), "n1", 1));
        await Wait.UntilAsync(() => n1.Received.Length == 1, "the member is accepted");
        RawPeer[] strangers = new RawPeer[10];
        for (int i = 0; i < strangers.Length; i++)
        {
            strangers[i] = await RawPeer.ConnectAsync(address);
            await strangers[i].SendAsync(RawPeer.Hello().Encode());
            await strangers[i].ReadHelloAsync();
        }

        foreach (RawPeer crowdedOut in strangers[..6])
        {
            await crowdedOut.WaitForEndAsync();
        }

        await member.SendAsync(Messages.Vote(new TestReceiver("n2", Members), "n1", 2));
        await Wait.UntilAsync(() => n1.Received.Length == 2, "the member stays connected");
        await strangers[^1].SendAsync(FrameSamples.Control(hasChecksum: true, FrameKind.Ping, PingNumber.Encode(1)));
        await strangers[^1].ReadUntilAsync(FrameKind.Pong);
        foreach (RawPeer stranger in strangers)
        {
            stranger.Dispose();
        }
    }

    /// <summary>A network whose only listener listens when the test says so, and to which nobody connects.</summary>
    private sealed class GatedNetwork : INetwork, IConnectionListener
    {
        private readonly TaskCompletionSource<IConnectionListener> _gate = new();
        private readonly TaskCompletionSource<IConnectionStream> _never = new();
        private int _accepts;

        public int FailedAccepts { get; init; }

        public int Accepts => Volatile.Read(ref _accepts);

        public bool IsDisposed { get; private set; }

        public TcpAddress Address => new("localhost", 1);

        public void Open() => _gate.SetResult(this);

        public ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken) =>
            throw new PeerException(PeerProblemKind.NobodyListens, "nobody listens");

        public async ValueTask<IConnectionListener> ListenAsync(TcpAddress address, CancellationToken cancellationToken) =>
            await _gate.Task.WaitAsync(cancellationToken);

        public ValueTask<IConnectionStream> AcceptAsync()
        {
            ObjectDisposedException.ThrowIf(Interlocked.Increment(ref _accepts) <= FailedAccepts, this);
            return new ValueTask<IConnectionStream>(_never.Task);
        }

        public void Dispose()
        {
            IsDisposed = true;
            _never.TrySetException(new ObjectDisposedException("listener"));
        }
    }
}
