using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Processes over streams in memory, in one thread and virtual time.</summary>
internal sealed class SimulatedProcesses
{
    private byte _processes;

    public SimulatedProcesses(ulong seed = 1)
    {
        World = new SimulatedWorld(seed);
        Streams = new SimulatedStreams(World);
    }

    public SimulatedWorld World { get; }

    public SimulatedStreams Streams { get; }

    public TcpNetwork CreateProcess(TcpTransportOptions? options = null)
    {
        byte number = ++_processes;
        return new TcpNetwork(options, logger: null, meterFactory: null, new TcpEnvironment
        {
            Network = Streams,
            Clock = World.Clock,
            Scheduler = World.Scheduler,
            Process = new Guid([.. Enumerable.Repeat(number, 16)]),
        });
    }

    /// <summary>Starts a node in a process of its own.</summary>
    public TcpTransport Start(TestReceiver receiver, TcpTransportOptions? options = null) => Start(CreateProcess(options), receiver);

    public TcpTransport Start(TcpNetwork process, TestReceiver receiver)
    {
        TcpTransport transport = process.CreateTransport();
        World.Run(transport.StartAsync(receiver, CancellationToken.None));
        return transport;
    }

    public void RunFor(double seconds) => World.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>Sends heartbeats, numbered from a number, one each 50 ms.</summary>
    public void SendHeartbeats(TcpTransport from, TestReceiver sender, RaftMember to, int count, int first = 1)
    {
        for (int i = 0; i < count; i++)
        {
            from.Send(to, Messages.Heartbeat(sender, to.NodeId, first + i));
            RunFor(0.05);
        }
    }
}
