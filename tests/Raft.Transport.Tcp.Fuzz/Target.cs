using Microsoft.Extensions.Logging.Abstractions;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>
/// The transport itself, with one node, over streams in memory and in one thread. Gives it inputs, and checks what must hold for each:
/// <list type="bullet">
/// <item>Only exceptions of the kinds that end a connection are thrown, anywhere.</item>
/// <item>The connection ends, at once or when its time is over.</item>
/// <item>What is allocated is proportional to what has arrived, plus the largest frame.</item>
/// <item>The node receives exactly the messages that <see cref="Model"/> expects, unchanged.</item>
/// </list>
/// </summary>
internal sealed class Target
{
    public const int MaximumFrame = 256 * 1_024;

    private const long FixedBytes = 1_024 * 1_024;
    private const int BytesPerByte = 100; // a refusal of a node with a short name is the largest answer to few bytes

    private readonly FuzzWorld _world = new();
    private readonly Side _withChecksums;
    private readonly Side _withoutChecksums;

    public Target()
    {
        _withChecksums = new Side(_world, hasChecksums: true);
        _withoutChecksums = new Side(_world, hasChecksums: false);
    }

    /// <summary>Gives the transport an input.</summary>
    /// <exception cref="FuzzException">Something that must hold does not.</exception>
    public Outcome Run(FuzzInput input)
    {
        Side side = input.HasChecksums ? _withChecksums : _withoutChecksums;
        side.Receiver.Received.Clear();
        side.Counters.Clear();
        FuzzStream stream = new(input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (ThrownExceptions thrown = new())
        {
            Connect(side, input, stream);
            for (int i = 0; i < 10 && !stream.IsClosed; i++)
            {
                _world.Advance(TimeSpan.FromSeconds(2));
            }

            thrown.Require();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        long bound = FixedBytes + MaximumFrame + ((long)BytesPerByte * input.Bytes.Length);
        Require(stream.IsClosed, "the connection does not end");
        Require(allocated <= bound, $"{allocated} bytes were allocated for {input.Bytes.Length} bytes; the bound is {bound}");
        List<RaftMessage> expected = Model.Deliver(input, MaximumFrame);
        Require(
            Describe(side.Receiver.Received) == Describe(expected),
            $"the node has received '{Describe(side.Receiver.Received)}' instead of '{Describe(expected)}'");
        return Outcome.Of(input, stream, side.Counters, expected.Count);
    }

    private void Connect(Side side, FuzzInput input, FuzzStream stream)
    {
        if (!input.IsDialled)
        {
            side.Network.Connect(stream);
            _world.Run();
            return;
        }

        side.Network.Answer = stream;
        for (int i = 0; i < 10 && side.Network.Answer is not null; i++)
        {
            _world.Advance(TimeSpan.FromSeconds(1)); // the pause after the attempt before
            side.Send();
            _world.Run();
        }

        Require(side.Network.Answer is null, "the transport does not dial");
    }

    private static string Describe(List<RaftMessage> messages) => string.Join(' ', messages.Select(static message =>
    {
        byte[] bytes = new byte[MessageCodec.GetByteCount(message)];
        ArrayOutput output = new(bytes);
        MessageCodec.Write(message, output);
        return $"{message.GetType().Name[..4]}{message.Correlation}:{Crc32C.Compute(bytes):x8}";
    }));

    private static void Require(bool condition, string failure)
    {
        if (!condition)
        {
            throw new FuzzException(failure);
        }
    }

    /// <summary>A process with a node.</summary>
    private sealed class Side
    {
        private static readonly NodeKey Other = new("raft", "n2");

        private readonly TcpHub _hub;
        private readonly LocalNode _node;

        public Side(FuzzWorld world, bool hasChecksums)
        {
            TcpEnvironment environment = new() { Network = Network, Clock = world, Scheduler = world, Process = new Guid(new byte[16]) };
            PeerReports reports = new(NullLogger.Instance, world);
            TcpTransportOptions options = new() { MaximumFrameBytes = MaximumFrame };
            IConnectionSecurity security = hasChecksums ? new PlaintextSecurity() : new NoChecksums();
            _hub = new TcpHub(options, security, environment, Counters, reports);
            _node = new LocalNode(Receiver, Receiver.Origin);
            Task starting = _hub.StartAsync(_node, Network.Address, CancellationToken.None).AsTask();
            world.Run();
            Require(starting.IsCompletedSuccessfully, "the node does not start");
        }

        public FuzzNetwork Network { get; } = new();

        public FuzzReceiver Receiver { get; } = new();

        public FuzzCounters Counters { get; } = new();

        /// <summary>Sends a message to the other node, so that its process is dialled.</summary>
        public void Send()
        {
            RemoteNode other = _hub.Remote(Other);
            RaftMessage message = Sessions.Heartbeat(Receiver.Origin, FuzzReceiver.Key.NodeId, Other.NodeId);
            _hub.PeerAt(new TcpAddress("localhost", 2), other).Main.Send(_node, other, message, MessageCodec.GetByteCount(message));
        }
    }

    /// <summary>As with TLS, but the bytes are given as they are after decryption. All nodes are authorized.</summary>
    private sealed class NoChecksums : IConnectionSecurity
    {
        public bool IsSecure => true;

        public ValueTask<SecuredStream> SecureAsync(IConnectionStream raw, bool isDialler, string host) => new(new SecuredStream(raw));

        public string? FindProblem(System.Security.Cryptography.X509Certificates.X509Certificate2? certificate, NodeKey node) => null;
    }
}
