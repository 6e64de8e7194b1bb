using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;

namespace Raft.Transport.Tcp.Tests;

/// <summary>Who may speak for which node, and how both sides learn of a refusal.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2"];

    private readonly LoopbackNetwork _loopback = new();
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Certificates_ForTheirNodes_AreAccepted()
    {
        (TestProcess p1, TestProcess p2) = await StartAsync(_authority.Issue("raft", "n1"), _authority.Issue("raft", "n2"));

        await RequireDeliveredAsync(p1, p2);
    }

    [Fact]
    public async Task Certificate_ThatHasExpired_IsRefusedOnBothSides() =>
        await RequireRefusedAsync(_authority.Issue("raft", ["n1"], [], expired: true), "is not valid now");

    [Fact]
    public async Task Certificate_ThatIsSelfSigned_IsRefusedOnBothSides() =>
        await RequireRefusedAsync(TestAuthority.SelfSigned("raft", "n1"), "self-signed");

    [Fact]
    public async Task Certificate_OfAnotherAuthority_IsRefusedOnBothSides()
    {
        using TestAuthority other = new("Another authority");

        await RequireRefusedAsync(other.Issue("raft", "n1"), "Another authority");
    }

    [Fact]
    public async Task Certificate_ForAnotherNode_IsRefusedOnBothSides() =>
        await RequireNodeRefusedAsync(_authority.Issue("raft", "n9"), "raft://raft/n1");

    [Fact]
    public async Task Certificate_ForTheSameIdInAnotherCluster_IsRefusedOnBothSides() =>
        await RequireNodeRefusedAsync(_authority.Issue("other", "n1"), "raft://raft/n1");

    [Fact]
    public async Task Certificate_WithADnsNameOnly_IsRefused_UnlessItIsAllowed()
    {
        X509Certificate2 certificate = _authority.Issue("raft", [], ["N1"], expired: false);
        await RequireNodeRefusedAsync(certificate, "raft://raft/n1");

        TestProcess p2 = Create(_authority.Issue("raft", "n2"), static tls => tls.AllowDnsNames = true);
        TestProcess p1 = Create(certificate, static tls => tls.AllowDnsNames = true);
        await StartAsync(p1, p2, "localhost:3", "localhost:4");
        await RequireDeliveredAsync(p1, p2);
    }

    [Fact]
    public async Task Callback_DecidesInsteadOfNames()
    {
        X509Certificate2 certificate = _authority.Issue("raft", "process");
        TestProcess p1 = Create(certificate, static tls => tls.Authorize = static (_, cluster, node) => cluster == "raft" && node == "n2");
        TestProcess p2 = Create(certificate, static tls => tls.Authorize = static (_, cluster, node) => cluster == "raft" && node == "n1");
        await StartAsync(p1, p2, "localhost:1", "localhost:2");

        await RequireDeliveredAsync(p1, p2);
    }

    [Fact]
    public async Task Plaintext_MeetsTls_BothSaySo()
    {
        TestProcess secure = Create(_authority.Issue("raft", "n2"));
        TestProcess plain = new(_loopback);
        await StartAsync(plain, secure, "localhost:1", "localhost:2");

        Send(plain);
        await Wait.UntilAsync(() => plain.Logged(404).Length > 0 && secure.Logged(405).Length > 0, "both report it");
        Send(secure);
        await Wait.UntilAsync(() => secure.Logged(404).Length > 0 && plain.Logged(405).Length > 0, "both report it");

        Assert.Contains(plain.Logged(405), static text => text.Contains("it speaks TLS", StringComparison.Ordinal));
        Assert.All(secure.Logged(405), static text => Assert.DoesNotContain("error:", text, StringComparison.Ordinal));
        Assert.All(secure.Logged(404), static text => Assert.DoesNotContain("error:", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Process_WithACertificateForAnotherNode_ThatAnswersAtTheAddress_ReceivesNothing()
    {
        TestProcess p1 = Create(_authority.Issue("raft", "n1"));
        (TcpTransport from, TestReceiver n1) = await p1.StartAsync(new TestReceiver("n1", Members));
        using IConnectionListener listener = await new SocketNetwork().ListenAsync(
            new TcpAddress("127.0.0.1", 0), TestContext.Current.CancellationToken);
        _loopback.Divert("localhost:2", listener.Address);
        int number = 0;
        from.Send(Members[1], Messages.Append(n1, "n2", ++number, entries: 1, size: 100));
        TlsSecurity security = new(
            _authority.Options(_authority.Issue("other", "spy")).Tls!,
            SystemClock.Shared,
            new PeerReports(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, SystemClock.Shared));
        SecuredStream spy = await security.SecureAsync(await listener.AcceptAsync(), isDialler: false, string.Empty);
        await Handshake.PerformAsync(spy.Stream, RawPeer.Hello(), isDialler: false, spy.Refusal);

        // It asks for the node once this process has had the time to announce it.
        List<FrameKind> read = [];
        Task reading = ReadUntilMissingAsync(spy.Stream, read);
        await Wait.UntilAsync(
            () =>
            {
                from.Send(Members[1], Messages.Append(n1, "n2", ++number, entries: 1, size: 100));
                return reading.IsCompleted;
            },
            "it misses the node");

        await reading;
        Assert.DoesNotContain(read, static kind => FrameFormat.IsMessage(kind));
        Assert.Contains(FrameKind.Announce, read);
        spy.Stream.Dispose();
    }

    [Fact]
    public async Task Certificate_OfAnotherCluster_ThatClaimsTheProcessOfANode_DoesNotReplaceItsConnection()
    {
        (TestProcess p1, TestProcess p2) = await StartAsync(_authority.Issue("raft", "n1"), _authority.Issue("raft", "n2"));
        await RequireDeliveredAsync(p1, p2);
        Connection[] before = [.. p1.Hub.FindRemote(new NodeKey("raft", "n2"))!.Connections];
        TlsSecurity security = new(
            _authority.Options(_authority.Issue("other", "spy")).Tls!,
            SystemClock.Shared,
            new PeerReports(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, SystemClock.Shared));
        Hello claim = RawPeer.Hello(before[0].Remote.Process, long.MaxValue, before[0].Remote.DialledAddress);
        SecuredStream spy = await security.SecureAsync(
            await _loopback.DialAsync(new TcpAddress("localhost", 1), TestContext.Current.CancellationToken), isDialler: true, "localhost");
        await Handshake.PerformAsync(spy.Stream, claim, isDialler: true, spy.Refusal);
        foreach (NodeKey node in (NodeKey[])[new("other", "spy"), new("raft", "n2")])
        {
            byte[] announcement = FrameSamples.Control(
                hasChecksum: false, FrameKind.Announce, new NodeAnnouncement(node, Store: null).Encode());
            await spy.Stream.WriteAsync([announcement]);
        }

        await Wait.UntilAsync(() => p1.Logged(408).Length > 0, "it is refused for the node that it is not");

        await RequireDeliveredAsync(p1, p2);
        Assert.Equal(before, p1.Hub.FindRemote(new NodeKey("raft", "n2"))!.Connections);
        Assert.All(before, static connection => Assert.False(connection.IsClosed));
        spy.Stream.Dispose();
    }

    [Fact]
    public async Task CertificateFile_ThatChanges_IsUsedForNewConnections_OldOnesStay()
    {
        using TestAuthority later = new("Later authority");
        TcpTlsOptions options = _authority.Write("n1", _authority.Issue("raft", "n1"));
        TestProcess p1 = new(_loopback, new TcpTransportOptions { Tls = options });
        TestProcess p2 = Create(_authority.Issue("raft", "n2"));
        await StartAsync(p1, p2, "localhost:1", "localhost:2");
        await RequireDeliveredAsync(p1, p2);
        X509Certificate2 renewed = _authority.Issue("raft", "n1");
        await File.WriteAllTextAsync(options.CertificateFile!, "half written", TestContext.Current.CancellationToken);

        // A dial of the bulk lane is a new connection.
        await Wait.UntilAsync(
            () =>
            {
                _transports[p1].Send(Members[1], Messages.Chunk(_receivers[p1], "n2", 1, size: 10));
                (p1.Hub.PeerAt(new TcpAddress("localhost", 2), p1.Hub.Remote(new NodeKey("raft", "n2"))).Bulk.Connection)?.Close(
                    new PeerProblem(PeerProblemKind.Stopping, "by the test"));
                return p1.Logged(414).Length > 0;
            },
            "the bad file is reported");
        _authority.Write("n1", renewed);
        await Wait.UntilAsync(
            () =>
            {
                _transports[p1].Send(Members[1], Messages.Chunk(_receivers[p1], "n2", 1, size: 10));
                (p1.Hub.PeerAt(new TcpAddress("localhost", 2), p1.Hub.Remote(new NodeKey("raft", "n2"))).Bulk.Connection)?.Close(
                    new PeerProblem(PeerProblemKind.Stopping, "by the test"));
                return p1.Logged(413).Length > 0;
            },
            "the new certificate is read");

        await RequireDeliveredAsync(p1, p2);
        Assert.Empty(p1.Logged(406));
    }

    [Fact]
    public async Task Connection_OutlivesNoCertificate()
    {
        ShiftedClock clock = new();
        TcpTransportOptions options = _authority.Options(_authority.Issue("raft", "n1"));
        options.KeepAliveInterval = TimeSpan.FromMilliseconds(100);
        TestProcess p1 = new(_loopback, options, clock: clock);
        TestProcess p2 = Create(_authority.Issue("raft", "n2"));
        await StartAsync(p1, p2, "localhost:1", "localhost:2");
        await RequireDeliveredAsync(p1, p2);

        clock.Shift = TimeSpan.FromDays(1_000); // both certificates are valid for a year
        await Wait.UntilAsync(
            () => p1.Logged(406).Any(static text => text.Contains("was valid until", StringComparison.Ordinal)),
            "the connection is closed, and why is reported");
    }

    [Fact]
    public async Task Strangers_WithTls_NeitherReadNorSendNorKeepMembersOut()
    {
        TestProcess p1 = Create(_authority.Issue("raft", "n1"));
        TestProcess p2 = Create(_authority.Issue("raft", "n2"));
        await StartAsync(p1, p2, "localhost:1", "localhost:2");
        PeerReports reports = new(NullLogger.Instance, SystemClock.Shared);
        TlsSecurity otherCluster = new(_authority.Options(_authority.Issue("tenant-b", "n2")).Tls!, SystemClock.Shared, reports);
        TlsSecurity selfSigned = new(_authority.Options(TestAuthority.SelfSigned("raft", "n2")).Tls!, SystemClock.Shared, reports);
        List<IDisposable> open = [];
        for (int i = 0; i < 100; i++)
        {
            open.Add(await _loopback.DialAsync(new TcpAddress("localhost", 1), TestContext.Current.CancellationToken)); // no TLS at all
            RawPeer noise = await RawPeer.ConnectAsync(_loopback.RealAddressOf("localhost:1"));
            open.Add(noise);
            await noise.SendAsync(new byte[] { 0x16, 3, 1, 0xFF, 0xFF, 1, 2, 3 });
            if (i % 10 == 0)
            {
                open.Add(await AttackAsync(otherCluster));
                open.Add(await AttackAsync(selfSigned));
                await RequireDeliveredAsync(p1, p2);
            }
        }

        await RequireDeliveredAsync(p1, p2);
        Assert.All(_receivers[p1].Received, static message => Assert.NotEqual(666, message.Correlation));
        open.ForEach(static each => each.Dispose());
    }

    /// <summary>Announces a node that the certificate does not speak for, and sends a message of it and the head of a large one.</summary>
    private async Task<IDisposable> AttackAsync(TlsSecurity security)
    {
        IConnectionStream raw = await _loopback.DialAsync(new TcpAddress("localhost", 1), TestContext.Current.CancellationToken);
        try
        {
            SecuredStream secured = await security.SecureAsync(raw, isDialler: true, "localhost");
            await Handshake.PerformAsync(secured.Stream, RawPeer.Hello(), isDialler: true, refusal: null);
            NodeKey n2 = new("raft", "n2");
            byte[] announcement = FrameSamples.Control(hasChecksum: false, FrameKind.Announce, new NodeAnnouncement(n2, Store: null).Encode());
            byte[] message = FrameSamples.Message(hasChecksum: false, Messages.Vote(new TestReceiver("n2", Members), "n1", 666));
            byte[] head = [0, 0, 255, 0, (byte)FrameKind.MessageWithData];
            await secured.Stream.WriteAsync([announcement, message, head]);
        }
        catch (Exception exception) when (exception is PeerException or IOException or SocketException or ObjectDisposedException)
        {
            // refused
        }

        return raw;
    }

    /// <summary>The real clock, with a date that a test changes.</summary>
    private sealed class ShiftedClock : IClock
    {
        public TimeSpan Shift { get; set; }

        public TimeSpan Now => SystemClock.Shared.Now;

        public DateTimeOffset UtcNow => SystemClock.Shared.UtcNow + Shift;

        public IClockTimer CreateTimer(Action callback) => SystemClock.Shared.CreateTimer(callback);
    }

    [Fact]
    public void File_ThatDoesNotExist_IsRefusedAtOnce()
    {
        TcpTransportException refusal = Assert.Throws<TcpTransportException>(
            () => new TcpNetwork(new TcpTransportOptions { Tls = new TcpTlsOptions { CertificateFile = "no-such-file.pem" } }));

        Assert.Contains("no-such-file.pem", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tls_WithoutACertificate_IsRefusedAtOnce() =>
        Assert.Throws<ArgumentException>(() => new TcpNetwork(new TcpTransportOptions { Tls = new TcpTlsOptions() }));

    private readonly Dictionary<TestProcess, TcpTransport> _transports = [];
    private readonly Dictionary<TestProcess, TestReceiver> _receivers = [];

    private static async Task ReadUntilMissingAsync(IConnectionStream stream, List<FrameKind> read)
    {
        FrameReader reader = new(hasChecksum: false, 1 << 20);
        while (!read.Contains(FrameKind.Missing))
        {
            int count = await stream.ReadAsync(reader.GetBuffer());
            Assert.True(count > 0, "The connection has ended.");
            reader.Advance(count);
            while (reader.TryRead(out Frame frame))
            {
                read.Add(frame.Kind);
            }
        }
    }

    private async Task RequireRefusedAsync(X509Certificate2 certificate, string reason)
    {
        (TestProcess p1, TestProcess p2) = await StartAsync(certificate, _authority.Issue("raft", "n2"));

        Send(p1);
        await Wait.UntilAsync(() => p1.Logged(404).Length > 0 && p2.Logged(405).Length > 0, "both report it");

        Assert.Contains(p1.Logged(404), text => text.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(p2.Logged(405), text => text.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(reason, _transports[p1].DescribeProblem("n2"), StringComparison.Ordinal);
        Assert.Empty(_receivers[p2].Received);
    }

    private async Task RequireNodeRefusedAsync(X509Certificate2 certificate, string reason)
    {
        (TestProcess p1, TestProcess p2) = await StartAsync(certificate, _authority.Issue("raft", "n2"));

        Send(p1);
        await Wait.UntilAsync(() => p1.Logged(409).Length > 0 && p2.Logged(408).Length > 0, "both report it");

        Assert.Contains(p1.Logged(409), text => text.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(p2.Logged(408), text => text.Contains(reason, StringComparison.Ordinal));
        Assert.Contains(reason, _transports[p1].DescribeProblem("n2"), StringComparison.Ordinal);
        Assert.Empty(_receivers[p2].Received);
        await _transports[p1].StopAsync(TestContext.Current.CancellationToken);
        await _transports[p2].StopAsync(TestContext.Current.CancellationToken);
    }

    private async Task RequireDeliveredAsync(TestProcess p1, TestProcess p2)
    {
        int before1 = _receivers[p1].Received.Length;
        int before2 = _receivers[p2].Received.Length;
        await Wait.UntilAsync(
            () =>
            {
                Send(p1);
                Send(p2);
                return _receivers[p1].Received.Length > before1 && _receivers[p2].Received.Length > before2;
            },
            "messages arrive on both sides");
    }

    private void Send(TestProcess from)
    {
        TestReceiver self = _receivers[from];
        RaftMember to = self.Members.Single(member => member.NodeId != self.NodeId);
        _transports[from].Send(to, Messages.Heartbeat(self, to.NodeId, 1));
    }

    private async Task<(TestProcess First, TestProcess Second)> StartAsync(X509Certificate2 first, X509Certificate2 second)
    {
        (TestProcess p1, TestProcess p2) = (Create(first), Create(second));
        await StartAsync(p1, p2, "localhost:1", "localhost:2");
        return (p1, p2);
    }

    private async Task StartAsync(TestProcess p1, TestProcess p2, string first, string second)
    {
        RaftMember[] members = [new("n1", first), new("n2", second)];
        (_transports[p1], _receivers[p1]) = await p1.StartAsync(new TestReceiver("n1", members));
        (_transports[p2], _receivers[p2]) = await p2.StartAsync(new TestReceiver("n2", members));
    }

    private TestProcess Create(X509Certificate2 certificate, Action<TcpTlsOptions>? configure = null)
    {
        TcpTransportOptions options = _authority.Options(certificate);
        configure?.Invoke(options.Tls!);
        return new TestProcess(_loopback, options);
    }
}
