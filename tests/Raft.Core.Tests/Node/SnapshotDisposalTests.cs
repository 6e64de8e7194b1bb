using Raft.Core.Tests.Snapshots;
using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>
/// Captures and streams belong to state machines and stores: each is disposed once, and what that throws costs nothing else.
/// </summary>
public sealed class SnapshotDisposalTests
{
    private readonly SnapshotLab _lab = new();
    private readonly HeldStreams _store = new();

    private SimulatedWorld World => _lab.Lab.World;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void CaptureThatCannotBeDisposed_WithNothingNewInIt_IsHarmless()
    {
        Captured machine = new() { OnDispose = static () => throw new FormatException("It does not close.") };
        using RecordingLoggerFactory logged = new();
        _lab.Lab.Loggers = logged;
        LabNode node = _lab.Node(machine).Lead();
        node.Commit("a");
        SnapshotInfo? first = _lab.Take(node);

        Assert.Equal(first, _lab.Take(node));

        Assert.True(node.IsRunning);
        World.RunUntilIdle();
        Assert.Contains(145, logged.Ids);
        node.Stop();
    }

    /// <summary>The life ends in the very pass that has begun to write the capture.</summary>
    [Fact]
    public void Capture_OfANodeThatFailsMeanwhile_IsWrittenBeforeItIsDisposed()
    {
        SpyStore log = new(new InMemoryLogStore());
        Captured machine = new();
        LabNode node = _lab.Lab.Node(machine: machine, store: log, snapshots: _store).Lead();
        node.Commit("a");
        machine.OnCapture = () =>
        {
            log.OnWrite = static () => throw new IOException("Disk full.");
            _ = node.Propose("b");
        };

        _ = node.Raft.SnapshotAsync(Token).AsTask();
        node.Failure();
        World.RunUntilIdle();

        Assert.Equal(["capture", "write", "dispose"], machine.Calls.SkipWhile(static call => call == "apply"));
    }

    [Fact]
    public void StreamThatCannotBeDisposed_AfterTheStateWasRestoredFromIt_IsHarmless()
    {
        _store.DisposeThrows = true;
        Captured machine = new();

        LabNode node = BroughtUpBySnapshot(machine);

        Assert.True(node.IsRunning);
        Assert.Equal(["restore"], machine.Calls);
    }

    /// <summary>The snapshot is durable and will be installed: nothing has to be sent again.</summary>
    [Fact]
    public void WriterThatCannotBeDisposed_AfterTheSnapshotWasReceived_IsNotReportedAsARefusal()
    {
        _store.DisposeThrows = true;
        using RecordingLoggerFactory logged = new();
        _lab.Lab.Loggers = logged;

        BroughtUpBySnapshot(new Captured());

        Assert.Contains(145, logged.Ids);
        Assert.DoesNotContain(143, logged.Ids);
    }

    [Fact]
    public void StreamThatCannotBeDisposed_WhileALeaderStops_DelaysNothing()
    {
        LabNode node = Three(new Captured());
        using FakePeers peers = new(_lab.Lab, "n2", "n3");
        SendSnapshot(node, peers);
        _store.DisposeThrows = true;

        node.Stop();

        Assert.Equal(0, _store.OpenStreams);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void StreamThatCannotBeDisposed_WhenASnapshotHasArrived_IsHarmless()
    {
        LabNode node = Three(new Captured());
        using FakePeers peers = new(_lab.Lab, "n2", "n3");
        InstallSnapshotMessage sent = SendSnapshot(node, peers);
        _store.DisposeThrows = true;

        peers.Send("n2", Installed(sent));
        World.RunUntil(() => _store.OpenStreams == 0);
        World.RunUntilIdle();

        Assert.True(node.IsRunning);
        Assert.Equal(RaftRole.Leader, node.Status.Role);
    }

    [Fact]
    public void Writer_OfASnapshotThatIsBeingReceived_IsDisposedBeforeTheRunEnds()
    {
        LabNode node = Three(new Captured());
        using FakePeers peers = new(_lab.Lab, "n2", "n3");
        node.Run();
        World.RunUntilIdle();
        peers.Send("n2", new TestSnapshot(5, 100).Chunks(50).First() with { Term = 3 });
        World.RunUntil(() => _store.OpenWriters == 1);

        node.RequestStop();
        World.Run(node.Running!);

        Assert.Equal(0, _store.OpenWriters);
    }

    /// <summary>A store may block, so not even a leader's reading happens on the node's worker.</summary>
    [Fact]
    public void Snapshot_ThatIsSent_IsNotReadOnTheWorker()
    {
        string stack = string.Empty;
        _store.OnOpen = () => stack = Environment.StackTrace;
        LabNode node = Three(new Captured());
        using FakePeers peers = new(_lab.Lab, "n2", "n3");

        SendSnapshot(node, peers);

        Assert.NotEmpty(stack);
        Assert.DoesNotContain($"{nameof(NodeWorker)}.", stack, StringComparison.Ordinal);
    }

    /// <summary>A follower whose leader has sent it a snapshot up to index 5.</summary>
    private LabNode BroughtUpBySnapshot(IStateMachine machine)
    {
        LabNode node = Three(machine);
        using FakePeers peers = new(_lab.Lab, "n2", "n3");
        node.Run();
        World.RunUntilIdle();
        peers.Send("n2", new TestSnapshot(5, 100).Chunks(1_000).Single() with { Term = 3 });
        World.RunUntil(() => node.Status.AppliedIndex == 5);
        World.RunUntilIdle();
        return node;
    }

    private LabNode Three(IStateMachine machine) =>
        _lab.Lab.Node(
            members: 3,
            store: _lab.Log,
            snapshots: _store,
            machine: machine,
            configure: static options => options.TrailingEntries = 0);

    /// <summary>Has a leader send its snapshot to n2, which has lost its log.</summary>
    private InstallSnapshotMessage SendSnapshot(LabNode node, FakePeers peers)
    {
        node.Lead();
        node.Commit("a");
        _lab.Take(node);
        World.RunUntil(() => node.Status.FirstIndex > 1);
        peers.Acknowledge = false;
        return peers.AwaitSnapshot("n2");
    }

    private static InstallSnapshotReplyMessage Installed(InstallSnapshotMessage sent) => new()
    {
        From = sent.To,
        To = sent.From,
        Origin = sent.Origin,
        Term = sent.Term,
        Correlation = sent.Correlation,
        LastIncludedIndex = sent.LastIncludedIndex,
        LastIncludedTerm = sent.LastIncludedTerm,
        Checksum = sent.Checksum,
        NextOffset = 0,
        Reason = SnapshotReplyReason.Installed,
    };
}
