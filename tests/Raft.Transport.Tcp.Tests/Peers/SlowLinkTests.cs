namespace Raft.Transport.Tcp.Tests;

/// <summary>A leader that sends more than a link takes stays the leader: its heartbeats and votes arrive in time.</summary>
public sealed class SlowLinkTests
{
    private static readonly RaftMember[] Members = ["n1=localhost:1", "n2=localhost:2"];
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500); // half an election timeout
    private static readonly TimeSpan Transfer = TimeSpan.FromMilliseconds(140); // of the write that includes the message

    private readonly SimulatedProcesses _processes = new();
    private readonly TestReceiver _n1 = new("n1", Members);
    private readonly TestReceiver _n2 = new("n2", Members);
    private readonly Dictionary<long, TimeSpan> _delays = [];

    [Theory]
    [InlineData(50_000, 1_000)]
    [InlineData(200_000, 1_000)]
    [InlineData(200_000, 20_000)]
    [InlineData(1_000_000, 50_000)]
    public void Heartbeats_AndVotes_WaitAtMostHalfAnElectionTimeout(int bytesPerSecond, int size)
    {
        TcpTransport from = _processes.Start(_n1, new TcpTransportOptions { MaximumQueueDelay = Delay });
        _processes.Start(_n2);
        _processes.SendHeartbeats(from, _n1, Members[1], count: 2);
        _processes.Streams.BytesPerSecond = bytesPerSecond;
        Dictionary<long, TimeSpan> sentAt = [];
        _n2.OnReceive = message =>
        {
            if (sentAt.TryGetValue(message.Correlation, out TimeSpan sent))
            {
                _delays.Add(message.Correlation, _processes.World.Clock.Now - sent);
            }
        };

        int step = 0;
        for (double seconds = 0; seconds < 8; seconds += 0.01, step++)
        {
            for (int bytes = 0; bytes < bytesPerSecond * 3 / 100; bytes += size)
            {
                from.Send(Members[1], Messages.Append(_n1, "n2", 50, entries: 1, size)); // three times what the link takes
            }

            if (step % 5 == 0 && step > 100) // the first writes show how slow the link is
            {
                sentAt.Add(step, _processes.World.Clock.Now);
                from.Send(Members[1], step % 10 == 0 ? Messages.Heartbeat(_n1, "n2", step) : Messages.Vote(_n1, "n2", step));
            }

            _processes.RunFor(0.01);
        }

        _processes.RunFor(2);
        Assert.Equal(sentAt.Count, _delays.Count);
        Assert.InRange(_delays.Where(static each => each.Key % 10 == 0).Max(static each => each.Value), TimeSpan.Zero, Delay + Transfer);
        Assert.InRange(
            _delays.Where(static each => each.Key % 10 != 0).Max(static each => each.Value), TimeSpan.Zero, (Delay / 4) + Transfer);
        Assert.Contains(_n2.Received, static message => message is AppendEntriesMessage { Entries.IsEmpty: false });
    }
}
