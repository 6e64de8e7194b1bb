using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>
/// A cluster of three nodes in which one follower must be sent a snapshot of a given size, over links with a given delay. Its snapshot
/// store can be made to fail.
/// </summary>
internal sealed class TransferLab : IDisposable
{
    private const int CommandBytes = 16 << 10;

    private readonly Lab _lab = new();
    private readonly SortedDictionary<string, RecordingLoggerFactory> _loggers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FaultySnapshots> _stores = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, LabNode> _nodes = new(StringComparer.Ordinal);

    private readonly int _commands;

    /// <param name="stateBytes">About how many bytes the state has.</param>
    /// <param name="configure">Changes the options of all nodes.</param>
    public TransferLab(int stateBytes, Action<RaftNodeOptions>? configure = null)
    {
        void WithoutTrailingEntries(RaftNodeOptions options)
        {
            options.TrailingEntries = 0;
            configure?.Invoke(options);
        }

        _commands = stateBytes / CommandBytes;
        foreach (string id in new[] { "n1", "n2", "n3" })
        {
            _lab.Loggers = _loggers[id] = new RecordingLoggerFactory();
            _stores[id] = new FaultySnapshots(_lab.World.CreateSnapshotStore());
            _nodes[id] = _lab.Node(id, 3, WithoutTrailingEntries, new Slots(_commands), snapshots: _stores[id]);
        }
    }

    public SimulatedWorld World => _lab.World;

    public LabNode Leader { get; private set; } = null!;

    /// <summary>The follower that is sent a snapshot.</summary>
    public LabNode Far { get; private set; } = null!;

    public FaultySnapshots StoreOfLeader => _stores[Leader.Raft.Id.Value];

    public FaultySnapshots StoreOfFar => _stores[Far.Raft.Id.Value];

    /// <summary>Whether no node can read its snapshots.</summary>
    public bool FailEveryRead
    {
        set
        {
            foreach (FaultySnapshots store in _stores.Values)
            {
                store.FailsOnRead = value;
            }
        }
    }

    public RecordingLoggerFactory LogOfLeader => _loggers[Leader.Raft.Id.Value];

    public RecordingLoggerFactory LogOfFar => _loggers[Far.Raft.Id.Value];

    /// <summary>How many bytes of snapshots were sent since the follower is back.</summary>
    public long SentBytes { get; private set; }

    /// <summary>The state has its size, and the follower has none of it and is cut off.</summary>
    public void Prepare(TimeSpan delay = default)
    {
        foreach (LabNode node in _nodes.Values)
        {
            node.Run();
        }

        Leader = _lab.WaitForLeader([.. _nodes.Values]);
        Far = _nodes.Values.First(node => node != Leader);
        World.Network.Isolate(Far.Raft.Id);
        Write(_commands);
        ValueTask<SnapshotInfo?> taken = Leader.Raft.SnapshotAsync();
        World.RunUntil(() => taken.IsCompleted);
        if (delay > TimeSpan.Zero)
        {
            World.Network.Conditions.MinimumDelay = World.Network.Conditions.MaximumDelay = delay;
        }

        _ = World.Network.Drop(message =>
        {
            SentBytes += message is InstallSnapshotMessage chunk ? chunk.Data.Length : 0;
            return false;
        });
    }

    /// <summary>Connects the follower again.</summary>
    public void Reconnect()
    {
        SentBytes = 0;
        World.Network.Rejoin(Far.Raft.Id);
    }

    /// <summary>Whether the follower has everything that the leader has committed.</summary>
    public bool HasCaughtUp => Far.Status.AppliedIndex >= Leader.Status.CommitIndex;

    public void Write(int commands)
    {
        for (int i = 0; i < commands; i++)
        {
            ValueTask<Committed> written = Leader.Raft.ProposeAsync(new byte[CommandBytes]);
            World.RunUntil(() => written.IsCompleted);
        }
    }

    /// <summary>Writes 1 MiB a second.</summary>
    public void WriteFor(TimeSpan duration)
    {
        const int CommandsPerSecond = (1 << 20) / CommandBytes;
        for (TimeSpan end = World.Clock.Now + duration; World.Clock.Now < end;)
        {
            _ = Leader.Raft.ProposeAsync(new byte[CommandBytes]).AsTask();
            World.RunFor(TimeSpan.FromSeconds(1) / CommandsPerSecond);
        }
    }

    public void Dispose()
    {
        foreach (LabNode node in _nodes.Values)
        {
            node.Stop();
        }
    }

    /// <summary>A state of fixed size.</summary>
    private sealed class Slots(int count) : StateMachine<ReadOnlyMemory<byte>, long>(Codec.Bytes, Codec.Int64)
    {
        private readonly byte[][] _slots = [.. Enumerable.Range(0, count).Select(_ => Array.Empty<byte>())];
        private long _written;

        protected override long Apply(ReadOnlyMemory<byte> command, in CommandContext context)
        {
            _slots[_written % count] = command.ToArray();
            return ++_written;
        }

        protected override ISnapshotCapture Capture() => SnapshotCapture.Of(
            (Written: _written, Slots: (byte[][])_slots.Clone()),
            static async (state, destination, cancellationToken) =>
            {
                await destination.WriteAsync(BitConverter.GetBytes(state.Written), cancellationToken).ConfigureAwait(false);
                foreach (byte[] slot in state.Slots)
                {
                    await destination.WriteAsync(BitConverter.GetBytes(slot.Length), cancellationToken).ConfigureAwait(false);
                    await destination.WriteAsync(slot, cancellationToken).ConfigureAwait(false);
                }
            });

        protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
        {
            byte[] number = new byte[sizeof(long)];
            await snapshot.ReadExactlyAsync(number, cancellationToken).ConfigureAwait(false);
            _written = BitConverter.ToInt64(number);
            for (int i = 0; i < count; i++)
            {
                await snapshot.ReadExactlyAsync(number.AsMemory(0, sizeof(int)), cancellationToken).ConfigureAwait(false);
                _slots[i] = new byte[BitConverter.ToInt32(number)];
                await snapshot.ReadExactlyAsync(_slots[i], cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
