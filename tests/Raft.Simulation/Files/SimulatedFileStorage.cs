using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>
/// The folder of a node, in which <see cref="FileStorage"/> keeps its log and its snapshots, on a simulated disk. A crash loses the power,
/// or kills the process and nothing else.
/// </summary>
internal sealed class SimulatedFileStorage : SimulatedStorage
{
    private const string Folder = "/node";
    private const int SegmentBytes = 64 << 10; // the smallest, so that many are begun and dropped
    private const double KillRate = 0.3;
    private const int OperationsOfAWrite = 6;
    private const int OperationsOfASnapshot = 10;

    private readonly SimulatedWorld _world;
    private readonly SeededRandom _random;
    private MemoryFileSystem _files = new();
    private SimulatedDiskThreads _threads;
    private FileStorage _storage;
    private bool _isHeld;
    private bool _isFailing;
    private bool _isFaulty;
    private bool _mayHaveFailed; // in this life, and until the next one begins: a node may be crashed before its failure is seen
    private bool _isDamaged; // in the life before
    private bool _isDamagedNow;

    public SimulatedFileStorage(SimulatedWorld world)
    {
        _world = world;
        _random = world.Random.Fork();
        (_threads, _storage) = Create();
    }

    /// <inheritdoc/>
    public override ILogStore LogStore => _storage;

    /// <inheritdoc/>
    public override ISnapshotStore SnapshotStore => _storage;

    /// <inheritdoc/>
    public override TimeSpan BusyUntil => _threads.BusyUntil;

    /// <inheritdoc/>
    public override bool IsFaulty => _isFaulty;

    /// <inheritdoc/>
    public override bool CanFlipBits => true;

    /// <inheritdoc/>
    public override void BeginLife()
    {
        _isFaulty = _mayHaveFailed = _isFailing;
        (_isDamagedNow, _isDamaged) = (_isDamaged, false);
    }

    /// <inheritdoc/>
    public override void Crash(int survivingWrites)
    {
        EndFailures();
        bool isKill = _random.Chance(KillRate);
        if (!_isHeld && _random.Chance(0.5))
        {
            _files.CrashAtOperation(1 + _random.Next(OperationsOfAWrite));
            _threads.RunUntil(() => _files.IsPowerLost);
        }

        _files.CutPower();
        Continue(isKill
            ? _files.Kill()
            : _files.PowerLoss(_random, tearsSectors: _random.Chance(0.5), leavesGarbage: _random.Chance(0.5)));
    }

    /// <inheritdoc/>
    public override void Erase() => Continue(new MemoryFileSystem());

    /// <inheritdoc/>
    public override object Copy() => _files.PowerLoss(static _ => 0);

    /// <inheritdoc/>
    public override void Restore(object copy) => Continue(((MemoryFileSystem)copy).Kill());

    /// <inheritdoc/>
    public override void Hold()
    {
        _isHeld = true;
        _threads.Hold();
    }

    /// <inheritdoc/>
    public override void Release()
    {
        _isHeld = false;
        _threads.Release();
    }

    /// <inheritdoc/>
    public override void HoldSnapshots() => Hold();

    /// <inheritdoc/>
    public override void ReleaseSnapshots() => Release();

    /// <inheritdoc/>
    public override void FailWrite(Exception exception)
    {
        _isFailing = _isFaulty = _mayHaveFailed = true;
        switch (_random.Next(5))
        {
            case 0:
                _files.FailWrite(1);
                break;
            case 1:
                _files.FailSync(1 + _random.Next(3));
                break;
            case 2:
                _files.FailOperation(1 + _random.Next(OperationsOfAWrite));
                break;
            case 3:
                _files.FailOperationWithDiskFull(1 + _random.Next(OperationsOfAWrite));
                break;
            default:
                _files.FailWithDiskFullAfter(_random.Next(2 * SegmentBytes));
                break;
        }
    }

    /// <inheritdoc/>
    public override void FailSnapshot(Exception exception)
    {
        _isFailing = _isFaulty = _mayHaveFailed = true;
        _files.FailOperation(1 + _random.Next(OperationsOfASnapshot));
    }

    /// <inheritdoc/>
    public override void EndFailures()
    {
        _isFailing = false;
        _files.FailWrite(0);
        _files.FailSync(0);
        _files.FailOperation(0);
        _files.FailOperationWithDiskFull(0);
        _files.FailWithDiskFullAfter(null);
    }

    /// <inheritdoc/>
    public override void FlipBit()
    {
        (string Path, int[] Used)[] files =
            [.. _files.Paths.Select(path => (path, UsedBytes(path))).Where(static file => file.Item2.Length > 0)];
        if (files.Length > 0)
        {
            (string path, int[] used) = files[_random.Next(files.Length)];
            _files.FlipBit(path, (used[_random.Next(used.Length)] * 8L) + _random.Next(8));
            _isDamaged = true;
        }
    }

    /// <inheritdoc/>
    public override bool Explains(Exception failure) =>
        failure is StorageCorruptedException ? _isDamagedNow : failure is IOException && _mayHaveFailed;

    /// <summary>The offsets of the bytes of a file that are not zero: most of a segment is not used yet.</summary>
    private int[] UsedBytes(string path)
    {
        byte[] bytes = _files.ReadAllBytes(path);
        return [.. Enumerable.Range(0, bytes.Length).Where(offset => bytes[offset] != 0)];
    }

    private void Continue(MemoryFileSystem files)
    {
        _threads.Kill();
        _files = files;
        _isFaulty = _isDamaged = false;
        (_threads, _storage) = Create();
        if (_isHeld)
        {
            _threads.Hold();
        }
    }

    private (SimulatedDiskThreads Threads, FileStorage Storage) Create()
    {
        SimulatedDiskThreads threads = new(_world, _random.Fork(), () => WriteDelay);
        FileStorageOptions options = new() { SegmentBytes = SegmentBytes };
        return (threads, new FileStorage(Folder, options, logger: null, _files, threads, NewId));
    }

    private Guid NewId()
    {
        byte[] bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, _random.NextUInt64());
        BitConverter.TryWriteBytes(bytes.AsSpan(8), _random.NextUInt64());
        return new Guid(bytes);
    }
}
