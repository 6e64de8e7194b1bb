using Microsoft.Extensions.Logging.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>A process with a network of its own, on the loopback network of a test.</summary>
internal sealed class TestProcess
{
    public TestProcess(INetwork network, TcpTransportOptions? options = null, VersionRange? versions = null, IClock? clock = null)
    {
        Network = new TcpNetwork(options, new FakeLogger(Log, RaftDiagnostics.LogCategory), meterFactory: null, new TcpEnvironment
        {
            Network = network,
            Versions = versions ?? VersionRange.Supported,
            Clock = clock ?? SystemClock.Shared,
        });
    }

    public FakeLogCollector Log { get; } = new();

    public TcpNetwork Network { get; }

    public TcpHub Hub => Network.Hub;

    /// <summary>Starts a node.</summary>
    public async Task<(TcpTransport Transport, TestReceiver Receiver)> StartAsync(TestReceiver receiver)
    {
        TcpTransport transport = Network.CreateTransport();
        await transport.StartAsync(receiver, TestContext.Current.CancellationToken);
        return (transport, receiver);
    }

    /// <summary>The messages that were logged with an id.</summary>
    public string[] Logged(int eventId) =>
        [.. Log.GetSnapshot().Where(record => record.Id.Id == eventId).Select(static record => record.Message)];
}
