namespace Raft.Tests.Node;

/// <summary>A restoration that reads its snapshot makes progress, however long it takes; one that reads nothing hangs.</summary>
public sealed class RestorationHangTests : IDisposable
{
    private readonly Lab _lab = new() { HasSnapshots = true };
    private readonly RecordingLoggerFactory _logged = new();

    public RestorationHangTests() => _lab.Loggers = _logged;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _logged.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Restoration_ThatReadsAllTheTime_DoesNotHang_AndThenStops_IsReported(bool isAsynchronous)
    {
        (LabNode node, Stepwise machine) = Restart(isAsynchronous);
        for (int i = 0; i < 6; i++)
        {
            _lab.World.RunFor(TimeSpan.FromSeconds(6));
            machine.Next();
        }

        Assert.Empty(_logged.Of(120)); // after 36 seconds
        Assert.Empty(node.Status.Hangs);

        _lab.World.RunFor(TimeSpan.FromSeconds(9.9));
        Assert.Empty(_logged.Of(120));
        _lab.World.RunFor(TimeSpan.FromSeconds(0.2));

        Assert.Contains(
            "has been restoring its state from the snapshot up to entry 2 for 00:00:10",
            Assert.Single(_logged.Of(120)).Message,
            StringComparison.Ordinal);
        Assert.Equal(HangingResource.StateMachine, Assert.Single(node.Status.Hangs).Resource);

        machine.Finish();
        _lab.World.RunUntilIdle();
        Assert.Single(_logged.Of(121));
        Assert.Empty(node.Status.Hangs);
        Assert.Equal(Stepwise.State, machine.Restored);
        node.Stop();
    }

    /// <summary>The node whose state machine is restored when it starts.</summary>
    private (LabNode Node, Stepwise Machine) Restart(bool isAsynchronous)
    {
        Raft.Testing.SimulatedLogStore log = _lab.World.CreateLogStore();
        ISnapshotStore snapshots = _lab.World.CreateSnapshotStore();
        LabNode before = _lab.Node(store: log, snapshots: snapshots, machine: new Stepwise(isAsynchronous)).Lead();
        before.Commit("a");
        _lab.World.Run(before.Raft.SnapshotAsync(Token).AsTask());
        before.Stop();
        Stepwise machine = new(isAsynchronous);
        LabNode node = _lab.Node(store: log, snapshots: snapshots, machine: machine);
        node.Run();
        _lab.World.RunUntil(() => machine.IsWaiting);
        _logged.Clear();
        return (node, machine);
    }

    /// <summary>Restores a byte at a time, each when the test lets it.</summary>
    private sealed class Stepwise(bool isAsynchronous) : IStateMachine
    {
        public const long State = 0x0102030405060708;

        private readonly List<byte> _read = [];
        private TaskCompletionSource _next = new();
        private bool _isFinishing;

        public bool IsWaiting { get; private set; }

        public long Restored => BitConverter.ToInt64([.. _read]);

        public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                batch.Complete(i, batch.Command(i));
            }

            return ValueTask.CompletedTask;
        }

        public ISnapshotCapture Capture() => SnapshotCapture.Of(State, Codec.Int64);

        public async ValueTask RestoreAsync(Stream snapshot, long lastIncludedIndex, CancellationToken cancellationToken)
        {
            byte[] buffer = new byte[1];
            while (true)
            {
                if (!_isFinishing)
                {
                    IsWaiting = true;
                    await _next.Task;
                }

                int count = isAsynchronous ? await snapshot.ReadAsync(buffer, cancellationToken) : snapshot.Read(buffer);
                if (count == 0)
                {
                    return;
                }

                _read.Add(buffer[0]);
            }
        }

        /// <summary>Lets it read one byte.</summary>
        public void Next()
        {
            TaskCompletionSource next = _next;
            _next = new TaskCompletionSource();
            next.SetResult();
        }

        /// <summary>Lets it read the rest.</summary>
        public void Finish()
        {
            _isFinishing = true;
            _next.SetResult();
        }
    }
}
