using Raft.Consensus;
using Raft.Testing;
using Raft.Tests.Node;

namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotReceiverTests
{
    private readonly StepScheduler _scheduler = new();
    private readonly GatedStore _store = new();
    private readonly SimulatedClock _clock = new();
    private readonly StorageWork _storage;
    private readonly List<(SnapshotIdentity Snapshot, long NextOffset)> _stored = [];
    private readonly List<ReceivedSnapshot> _received = [];
    private readonly List<Exception> _failures = [];
    private readonly List<SnapshotReplyReason> _reasons = [];
    private int _idle;

    public SnapshotReceiverTests() => _storage = new StorageWork(_clock, static () => { });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(40)]
    public async Task AWholeSnapshot_InChunksOfAnySize_IsStored(int stateLength)
    {
        TestSnapshot snapshot = new(5, stateLength);
        for (int size = 1; size <= snapshot.Content.Length; size++) // many of them end within the checksum at the end
        {
            _stored.Clear();
            SnapshotReceiver receiver = New();
            foreach (InstallSnapshotMessage chunk in snapshot.Chunks(size))
            {
                Store(receiver, chunk);
                if (!chunk.IsLast)
                {
                    Assert.Equal((snapshot.Identity, chunk.Offset + chunk.Data.Length), _stored[^1]);
                }
            }

            Assert.Equal((snapshot.Content.Length - 1) / size, _stored.Count);
            ReceivedSnapshot received = Assert.Single(_received);
            Assert.Equal(snapshot.Identity, received.Snapshot);
            Assert.Equal(await _store.FindLatestAsync(Token), received.Info);
            Assert.Equal(
                (5, 2, snapshot.Content.Length),
                (received.Info.LastIncludedIndex, received.Info.LastIncludedTerm, received.Info.Length));
            Assert.Equal(["n1", "n2"], received.Header.Configuration.Members.Select(static member => member.Id));
            Assert.Equal(snapshot.Content, Read(received.Content));
            AssertNothingIsLeft(receiver);
            _received.Clear();
        }
    }

    [Theory]
    [InlineData(0)] // in the state
    [InlineData(39)]
    [InlineData(40)] // in the checksum after it
    [InlineData(55)]
    public async Task ADamagedByte_IsFound_BeforeTheSnapshotIsVisible(int offset)
    {
        TestSnapshot snapshot = new(5, stateLength: 40);
        snapshot.Content[offset] ^= 1;
        SnapshotReceiver receiver = New();
        foreach (InstallSnapshotMessage chunk in snapshot.Chunks(25))
        {
            Store(receiver, chunk);
        }

        Assert.Equal((snapshot.Identity, 0L), _stored[^1]); // it has to come again
        Assert.Contains("that n2 has sent does not match its checksum", Assert.Single(_failures).Message, StringComparison.Ordinal);
        Assert.Empty(_received);
        Assert.Null(await _store.FindLatestAsync(Token));
        AssertNothingIsLeft(receiver);
    }

    [Fact]
    public async Task AnotherSnapshotThanAnnounced_IsRefused()
    {
        TestSnapshot snapshot = new(5, stateLength: 40);
        InstallSnapshotMessage whole = snapshot.Chunk(0, snapshot.Content.Length);
        InstallSnapshotMessage[] wrong =
        [
            whole with { Checksum = snapshot.Checksum + 1 },
            whole with { LastIncludedIndex = 6 },
            whole with { LastIncludedTerm = 1 },
            whole with { Origin = whole.Origin with { ClusterId = "other" } },
            whole with { Origin = Origins.Of(members: 4) },
            whole with { Header = TestSnapshot.HeaderOf(DateTimeOffset.UnixEpoch, "n1") },
            whole with { Data = snapshot.Content.AsMemory(..10), Length = 10 }, // shorter than a checksum
        ];
        SnapshotReceiver receiver = New();
        foreach (InstallSnapshotMessage chunk in wrong)
        {
            Store(receiver, chunk);
            Assert.Equal(0, _stored[^1].NextOffset);
        }

        Assert.Equal(wrong.Length, _failures.Count);
        Assert.Equal(
            [
                .. Enumerable.Repeat(SnapshotReplyReason.ChecksumWrong, 3),
                .. Enumerable.Repeat(SnapshotReplyReason.Unacceptable, 2),
                .. Enumerable.Repeat(SnapshotReplyReason.ChecksumWrong, 2),
            ],
            _reasons);
        Assert.Empty(_received);
        Assert.Null(await _store.FindLatestAsync(Token));
        AssertNothingIsLeft(receiver);
    }

    /// <summary>The next snapshot waits for the disposal of the part before it: that is watched from its beginning.</summary>
    [Fact]
    public void Abandonment_ThatHangs_IsWatchedWhileTheNextSnapshotWaits()
    {
        InstallSnapshotMessage[] chunks = [.. new TestSnapshot(5, stateLength: 40).Chunks(25)];
        InstallSnapshotMessage next = new TestSnapshot(9, stateLength: 40).Chunks(25).First();
        SnapshotReceiver receiver = New();
        Store(receiver, chunks[0]);
        Assert.Null(_storage.Oldest);
        _clock.AdvanceBy(TimeSpan.FromSeconds(1));
        _store.Close();

        receiver.Abandon();
        _scheduler.RunUntilIdle();
        _clock.AdvanceBy(TimeSpan.FromSeconds(1));
        Store(receiver, next);

        Assert.Equal((new Work(WorkKind.Abandonment), TimeSpan.FromSeconds(1)), _storage.Oldest);
        Assert.DoesNotContain("create 9", _store.Calls);
        _store.Open();
        _scheduler.RunUntilIdle();
        Assert.Null(_storage.Oldest);
        Assert.Contains("create 9", _store.Calls);
    }

    [Fact]
    public void Chunk_AfterAnAbandonmentThatHung_IsWatchedAsItself()
    {
        SnapshotReceiver receiver = New();
        Store(receiver, new TestSnapshot(5, stateLength: 40).Chunks(25).First());
        _store.Close();
        receiver.Abandon();
        _scheduler.RunUntilIdle();
        Store(receiver, new TestSnapshot(9, stateLength: 40).Chunks(25).First());
        _clock.AdvanceBy(TimeSpan.FromSeconds(1));

        _store.OpenOnce(); // the disposal ends, and the creation hangs
        _scheduler.RunUntilIdle();

        Assert.Equal((new Work(WorkKind.ChunkWrite, LastIndex: 9, Other: "n2"), TimeSpan.FromSeconds(1)), _storage.Oldest);
    }

    /// <summary>A commit is one step without progress, so its size says whether its time is plausible.</summary>
    [Fact]
    public void Commit_ThatHangs_IsWatchedWithItsSize()
    {
        TestSnapshot snapshot = new(5, stateLength: 40);
        InstallSnapshotMessage[] chunks = [.. snapshot.Chunks(25)];
        SnapshotReceiver receiver = New();
        foreach (InstallSnapshotMessage chunk in chunks[..^1])
        {
            Store(receiver, chunk);
        }

        _clock.AdvanceBy(TimeSpan.FromSeconds(1));
        _store.Close();
        Store(receiver, chunks[^1]);
        _store.OpenOnce(); // the last write ends, and the commit hangs
        _scheduler.RunUntilIdle();

        Assert.Equal("commit", _store.Calls[^1]);
        Assert.Equal(
            $"committing the {snapshot.Content.Length} bytes of the snapshot up to entry 5", _storage.Oldest?.Work.ToString());
    }

    [Theory]
    [InlineData("create")]
    [InlineData("write")]
    [InlineData("commit")]
    [InlineData("open")]
    public void AFailingStore_IsReported_AndTheSnapshotMayBeSentAgain(string call)
    {
        TestSnapshot snapshot = new(5, stateLength: 40);
        SnapshotReceiver receiver = New();
        IOException disk = new("disk full");
        _store.Fail(call, disk);

        Send(receiver, snapshot, size: 20);
        Assert.Same(disk, Assert.Single(_failures));
        Assert.All(_reasons, static reason => Assert.Equal(SnapshotReplyReason.StoreFailed, reason));
        Assert.Contains((snapshot.Identity, 0L), _stored);
        Assert.Empty(_received);
        AssertNothingIsLeft(receiver);

        _stored.Clear();
        Send(receiver, snapshot, size: 20);
        Assert.Equal(snapshot.Content, Read(Assert.Single(_received).Content));
        Assert.Equal([20L, 40L], _stored.Select(static each => each.NextOffset));
    }

    [Fact]
    public void AWriterThatCannotBeDisposed_IsNotARefusal_AndDelaysNothing()
    {
        TestSnapshot snapshot = new(5, stateLength: 40);
        SnapshotReceiver receiver = New();
        _store.Fail("dispose", new IOException("cannot delete"));

        Send(receiver, snapshot, size: 20);

        Assert.Empty(_failures);
        Assert.Equal(snapshot.Content, Read(Assert.Single(_received).Content));
    }

    [Fact]
    public void AChunkWithoutAPredecessor_IsRefused()
    {
        TestSnapshot snapshot = new(5, stateLength: 40);
        SnapshotReceiver receiver = New();

        Store(receiver, snapshot.Chunk(20, 20)); // the node has restarted since the first one

        Assert.Equal([(snapshot.Identity, 0L)], _stored);
        Assert.Empty(_store.Calls);
    }

    [Fact]
    public void Abandon_BetweenChunks_LeavesNothing()
    {
        SnapshotReceiver receiver = New();
        TestSnapshot snapshot = new(5, stateLength: 40);
        Store(receiver, snapshot.Chunk(0, 20));
        Assert.Equal(snapshot.Identity, receiver.Snapshot);

        receiver.Abandon();
        _scheduler.RunUntilIdle();

        Assert.Null(receiver.Snapshot);
        Assert.Equal(["create 5", "write 20", "dispose"], _store.Calls);
        AssertNothingIsLeft(receiver);
    }

    [Fact]
    public async Task Abandon_WhileAChunkIsStored_LeavesNothing()
    {
        SnapshotReceiver receiver = New();
        TestSnapshot snapshot = new(5, stateLength: 40);
        _store.Close();
        Store(receiver, snapshot.Chunk(0, 20));
        Assert.False(receiver.IsIdle);

        receiver.Abandon();
        _store.Open();
        _scheduler.RunUntilIdle();

        Assert.Equal(["create 5", "write 20", "dispose"], _store.Calls);
        Assert.Null(await _store.FindLatestAsync(Token));
        AssertNothingIsLeft(receiver);
        Assert.Equal(1, _idle);
    }

    [Fact]
    public void Abandon_ThenTheNextSnapshot_StoresThatOne()
    {
        SnapshotReceiver receiver = New();
        TestSnapshot first = new(5, stateLength: 40);
        TestSnapshot second = new(9, stateLength: 30);
        _store.Close();
        Store(receiver, first.Chunk(0, 20));
        receiver.Abandon();
        receiver.Store(second.Chunk(0, 20));
        _store.Open();
        _scheduler.RunUntilIdle();
        Store(receiver, second.Chunk(20, 26));

        Assert.Equal(["create 5", "write 20", "dispose", "create 9", "write 20", "write 26", "commit", "open", "dispose"], _store.Calls);
        Assert.Equal(second.Content, Read(Assert.Single(_received).Content));
        AssertNothingIsLeft(receiver);
    }

    [Fact]
    public void ANewSnapshot_WhileAChunkIsStored_ReplacesTheFirst()
    {
        SnapshotReceiver receiver = New();
        TestSnapshot first = new(5, stateLength: 40);
        TestSnapshot second = new(9, stateLength: 30);
        Store(receiver, first.Chunk(0, 20));
        _store.Close();
        Store(receiver, first.Chunk(20, 20)); // waits for the disk
        receiver.Store(second.Chunk(0, 10)); // of a new leader
        Assert.Equal(second.Identity, receiver.Snapshot);
        _store.Open();
        _scheduler.RunUntilIdle();

        Assert.Equal([(first.Identity, 20L), (first.Identity, 40L), (second.Identity, 10L)], _stored);
        Assert.Equal(1, _store.OpenWriters);
        Store(receiver, second.Chunk(10, 36));
        Assert.Equal(second.Content, Read(Assert.Single(_received).Content));
        AssertNothingIsLeft(receiver);
    }

    [Fact]
    public void ANewSnapshot_WhileTheLastOneIsCommitted_BothAreReceived()
    {
        SnapshotReceiver receiver = New();
        TestSnapshot first = new(5, stateLength: 40);
        TestSnapshot second = new(9, stateLength: 30);
        Store(receiver, first.Chunk(0, 40));
        _store.Close();
        Store(receiver, first.Chunk(40, 16));
        receiver.Store(second.Chunk(0, 46));
        _store.Open();
        _scheduler.RunUntilIdle();

        Assert.Equal([first.Identity, second.Identity], _received.Select(static each => each.Snapshot));
        _received.ForEach(static each => each.Content.Dispose());
        AssertNothingIsLeft(receiver);
    }

    [Fact]
    public void Stopping_EndsWhatIsUnderWay()
    {
        using CancellationTokenSource stopping = new();
        SnapshotReceiver receiver = StoppedBy(stopping);
        TestSnapshot snapshot = new(5, stateLength: 40);
        Store(receiver, snapshot.Chunk(0, 20));
        stopping.Cancel();
        Store(receiver, snapshot.Chunk(20, 20));

        Assert.IsAssignableFrom<OperationCanceledException>(Assert.Single(_failures));
        AssertNothingIsLeft(receiver);
    }

    private SnapshotReceiver New() => StoppedBy(stopping: null);

    private SnapshotReceiver StoppedBy(CancellationTokenSource? stopping) => new(
        _store,
        _scheduler,
        new SnapshotDisposal(_scheduler, new SimulatedClock(), logger: null),
        (snapshot, nextOffset) => _stored.Add((snapshot, nextOffset)),
        _received.Add,
        (snapshot, reason, failure) =>
        {
            _stored.Add((snapshot, 0));
            _reasons.Add(reason);
            if (failure is not null)
            {
                _failures.Add(failure);
            }
        },
        () => _idle++)
    {
        Stopping = stopping?.Token ?? CancellationToken.None,
        Storage = _storage,
    };

    private void Store(SnapshotReceiver receiver, InstallSnapshotMessage chunk)
    {
        receiver.Store(chunk);
        _scheduler.RunUntilIdle();
    }

    /// <summary>Sends it as a leader does: from where the answer says, and no further after a refusal.</summary>
    private void Send(SnapshotReceiver receiver, TestSnapshot snapshot, int size)
    {
        foreach (InstallSnapshotMessage chunk in snapshot.Chunks(size))
        {
            Store(receiver, chunk);
            if (_stored.Count > 0 && _stored[^1].NextOffset == 0)
            {
                return;
            }
        }
    }

    private static byte[] Read(Stream content)
    {
        using (content)
        {
            byte[] bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            return bytes;
        }
    }

    private void AssertNothingIsLeft(SnapshotReceiver receiver)
    {
        Assert.True(receiver.IsIdle);
        Assert.Equal(0, _store.OpenWriters);
        Assert.Equal(0, _store.OpenStreams);
    }
}
