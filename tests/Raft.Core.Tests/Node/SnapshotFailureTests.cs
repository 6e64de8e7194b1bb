namespace Raft.Tests.Node;

/// <summary>A failure of a snapshot is logged, and affects only that snapshot.</summary>
public sealed class SnapshotFailureTests
{
    private readonly SnapshotLab _lab = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void StoreThatFails_IsLoggedAndTheNodeContinues()
    {
        LabNode node = _lab.Node().Lead();
        node.Commit("a");
        _lab.Snapshots.FailNext(new IOException("Disk full."));

        RaftException failure = _lab.Lab.Fails<RaftException, SnapshotInfo?>(node.Raft.SnapshotAsync(Token));

        Assert.Contains("Disk full", failure.Message, StringComparison.Ordinal);
        Assert.IsType<IOException>(failure.InnerException);
        Assert.Equal(1, node.Status.FirstIndex);
        node.Commit("b");
        Assert.Equal(3, _lab.Take(node)?.LastIncludedIndex);
    }

    [Fact]
    public void CaptureThatThrows_IsLoggedAndTheNodeContinues()
    {
        Moody machine = new() { Throws = true };
        LabNode node = _lab.Node(machine).Lead();
        node.Commit("a");

        Assert.IsType<FormatException>(_lab.Lab.Fails<RaftException, SnapshotInfo?>(node.Raft.SnapshotAsync(Token)).InnerException);

        machine.Throws = false;
        node.Commit("b");
        Assert.Equal(3, _lab.Take(node)?.LastIncludedIndex);
        Assert.Equal(1, machine.Disposed);
    }

    [Fact]
    public void WritingThatThrows_IsLoggedAndTheCaptureDisposed()
    {
        Moody machine = new() { ThrowsInWriting = true };
        LabNode node = _lab.Node(machine).Lead();
        node.Commit("a");

        Assert.IsType<FormatException>(_lab.Lab.Fails<RaftException, SnapshotInfo?>(node.Raft.SnapshotAsync(Token)).InnerException);

        Assert.Equal(1, machine.Disposed);
        Assert.Null(_lab.Snapshots.Durable);
    }

    [Fact]
    public void AutomaticSnapshotThatFails_IsTriedAgainLater()
    {
        LabNode node = _lab.Node(configure: options => options.SnapshotAfterEntries = 3).Lead();
        _lab.Snapshots.FailNext(new IOException("Disk full."));
        node.Commit("a");
        node.Commit("b");
        _lab.Lab.World.RunFor(TimeSpan.FromSeconds(1));
        Assert.Equal(0, node.Status.SnapshotIndex);

        node.Commit("c");
        node.Commit("d");
        node.Commit("e");

        _lab.Lab.World.RunUntil(() => node.Status.SnapshotIndex > 0);
    }

    [Fact]
    public void StateMachineWithoutSnapshots_SaysSo()
    {
        LabNode node = _lab.Node(new Fragile()).Lead();
        node.Commit("a");

        RaftException failure = _lab.Lab.Fails<RaftException, SnapshotInfo?>(node.Raft.SnapshotAsync(Token));

        Assert.Contains(nameof(IStateMachine.Capture), failure.Message, StringComparison.Ordinal);
        node.Commit("b");
    }

    [Fact]
    public void VolatileSnapshots_OfADurableLog_AreRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => _lab.Lab.Node(store: _lab.Log, snapshots: new InMemorySnapshotStore()));

        Assert.Contains(nameof(InMemorySnapshotStore), error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// A follower without a snapshot store cannot install one, but its leader is notified, and no other node is affected.
    /// </summary>
    [Fact]
    public void LeadersSnapshot_WithoutAStoreForIt_IsRefused()
    {
        LabNode node = _lab.Lab.Node(members: 3);
        using FakePeers peers = new(_lab.Lab, "n2", "n3");
        node.Run();
        _lab.Lab.World.RunUntilIdle();

        peers.Send("n2", new InstallSnapshotMessage
        {
            From = "n2",
            To = "n1",
            Origin = Origins.Of(),
            Term = 3,
            Correlation = 7,
            LastIncludedIndex = 5,
            LastIncludedTerm = 2,
            Checksum = 1,
            Length = 20,
            Offset = 0,
            Data = new byte[20],
        });
        _lab.Lab.World.RunUntil(() => peers.Received.Any(static message => message is InstallSnapshotReplyMessage));

        InstallSnapshotReplyMessage reply = Assert.Single(peers.Received.OfType<InstallSnapshotReplyMessage>());
        Assert.Equal((7, 0, false), (reply.Correlation, reply.NextOffset, reply.IsInstalled));
        node.Stop();
    }

    private sealed class Moody() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
    {
        public bool Throws { get; set; }

        public bool ThrowsInWriting { get; set; }

        public int Disposed { get; private set; }

        protected override long Apply(string command, in CommandContext context) => 0;

        protected override ISnapshotCapture Capture() => Throws ? throw new FormatException("Not now.") : new Captured(this);

        private sealed class Captured(Moody machine) : ISnapshotCapture
        {
            public ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken) =>
                machine.ThrowsInWriting ? throw new FormatException("Not now.") : ValueTask.CompletedTask;

            public void Dispose() => machine.Disposed++;
        }
    }
}
