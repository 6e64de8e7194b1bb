using System.Net;
using System.Net.Sockets;
using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.FramedFlow;

/// <summary>The data flow of a commit over TCP without Raft: the limit of this machine and of its sockets.</summary>
internal sealed class FramedContender : Contender<long>
{
    private const int Followers = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<Socket> _sockets = [];
    private FramedFollower[] _followers = [];
    private Task _running = Task.CompletedTask;
    private FramedLeader? _leader;

    public override string Name => "framed";

    public override string Description =>
        "The same data flow over TCP without Raft: framed batches to two followers, acknowledgements, the last 100,000 payloads on three "
        + "nodes; no checksums";

    public override async Task StartAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket[] ours = new Socket[Followers];
        _followers = new FramedFollower[Followers];
        for (int i = 0; i < Followers; i++)
        {
            ours[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await ours[i].ConnectAsync(listener.LocalEndPoint!);
            Socket theirs = await listener.AcceptAsync();
            theirs.NoDelay = true;
            _followers[i] = new FramedFollower(theirs);
            _sockets.AddRange([ours[i], theirs]);
        }

        _leader = new FramedLeader(ours);
        _running = Task.WhenAll([_leader.ReadAcknowledgementsAsync(), .. _followers.Select(static follower => follower.RunAsync())]);
    }

    public override async Task<string?> FindDifferenceAsync()
    {
        FramedLog log = _leader!.Log;
        using CancellationTokenSource giveUp = new(Patience);
        while (_followers.Any(follower => follower.Log.LastIndex < log.LastIndex))
        {
            await Task.Delay(1, giveUp.Token);
        }

        for (long index = Math.Max(1, log.LastIndex - RaftContender.KeptEntries + 1); index <= log.LastIndex; index++)
        {
            if (_followers.Any(follower => !follower.Log[index].AsSpan().SequenceEqual(log[index])))
            {
                return $"the logs of the flow without Raft differ at index {index}";
            }
        }

        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        await _running;
        _sockets.ForEach(static socket => socket.Dispose());
    }

    protected override ValueTask<long> ProposeAsync(byte[] command) => _leader!.ProposeAsync(command);

    protected override bool IsWorthRepeating(Exception failure) => false; // nothing ever fails here

    protected override Task RecoverAsync() => Task.CompletedTask;
}
