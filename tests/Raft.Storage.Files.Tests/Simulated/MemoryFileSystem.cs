using Raft.Testing;

namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>
/// A disk in memory that keeps no more than a real one promises: after a loss of power, any of the sectors and names that were not synced
/// may be missing. All that happens depends on the calls and the given random source only.
/// </summary>
/// <remarks>
/// Paths are absolute; the root exists. The operations that are counted and logged are creations, deletions, renamings, writes, changes of
/// length, and syncs of files and folders.
/// </remarks>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly object _monitor = new();
    private readonly NameTable _names;
    private readonly PlannedFaults _faults = new();
    private readonly SortedSet<string> _locks = new(StringComparer.Ordinal);
    private readonly List<string> _operations = [];

    /// <summary>Creates an empty disk.</summary>
    public MemoryFileSystem()
        : this(new NameTable())
    {
    }

    private MemoryFileSystem(NameTable names) => _names = names;

    /// <summary>The operations so far, in order.</summary>
    public IReadOnlyList<string> Operations => _operations;

    /// <summary>Whether the machine has lost its power, after which every call throws a <see cref="PowerLostException"/>.</summary>
    public bool IsPowerLost { get; private set; }

    /// <summary>The paths of all files that readers see, in ordinal order.</summary>
    public IEnumerable<string> Paths => _names.Cached.Where(name => !name.Value.IsDirectory).Select(name => name.Key);

    /// <summary>Makes a sync of a file or folder fail. What it should have written counts as written from then on, and is not.</summary>
    /// <param name="call">Which one from now on: 1 is the next.</param>
    public void FailSync(int call) => _faults.FailSync(call);

    /// <summary>Makes a write fail, after it has written its first half.</summary>
    /// <param name="call">Which one from now on: 1 is the next.</param>
    public void FailWrite(int call) => _faults.FailWrite(call);

    /// <summary>Limits the space: writes that need more fail with a <see cref="DiskFullException"/>. Deleted files give theirs back.</summary>
    /// <param name="bytes">The free bytes from now on, allocated in sectors; null without a limit.</param>
    public void FailWithDiskFullAfter(long? bytes) => _faults.FreeBytes = bytes;

    /// <summary>Loses the power in an operation: as with all unsynced ones, any part of it may reach the disk.</summary>
    /// <param name="operation">Which one from now on: 1 is the next.</param>
    public void CrashAtOperation(int operation) => _faults.CrashAt(operation);

    /// <summary>Loses the power now.</summary>
    public void CutPower() => IsPowerLost = true;

    /// <summary>Inverts a bit of a file, in the cache and on the disk.</summary>
    public void FlipBit(string path, long bit) => Find(path).FlipBit(bit);

    /// <summary>Drops from the cache what has failed to be written, so that readers see what the disk holds.</summary>
    public void EvictCleanSectors()
    {
        foreach (MemoryFile file in _names.Cached.Values)
        {
            file.EvictCleanSectors();
        }
    }

    /// <summary>Makes a disk as it may be after a loss of power now. This one is not changed.</summary>
    /// <param name="choose">Chooses what survives: returns 0 or more, below the number that it is given.</param>
    /// <param name="tearsSectors">Whether a sector may be written in part.</param>
    public MemoryFileSystem PowerLoss(Func<int, int> choose, bool tearsSectors = false)
    {
        lock (_monitor)
        {
            return new MemoryFileSystem(_names.AfterPowerLoss(choose, Once(file => file.AfterPowerLoss(choose, tearsSectors))));
        }
    }

    /// <summary>Makes a disk as it may be after a loss of power now: with nothing that was not synced, with all of it, or with a part.</summary>
    /// <param name="random">Draws what survives.</param>
    /// <param name="tearsSectors">Whether a sector may be written in part.</param>
    public MemoryFileSystem PowerLoss(SeededRandom random, bool tearsSectors = false)
    {
        double rate = new[] { 0, 0.1, 0.5, 0.9, 1 }[random.Next(5)];
        return PowerLoss(count => random.Chance(rate) ? 1 + random.Next(count - 1) : 0, tearsSectors);
    }

    /// <summary>
    /// Makes the same disk, with everything that was not synced, as another process finds it after this one was killed. This one is not
    /// changed.
    /// </summary>
    public MemoryFileSystem Kill()
    {
        lock (_monitor)
        {
            return new MemoryFileSystem(_names.Copy(Once(static file => new MemoryFile(file))));
        }
    }

    /// <summary>Whether a file exists.</summary>
    public bool Exists(string path) => _names.Cached.ContainsKey(path);

    /// <summary>The bytes of a file as readers see them.</summary>
    public byte[] ReadAllBytes(string path)
    {
        MemoryFile file = Find(path);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    /// <summary>Replaces the content of a file, or creates one, durably and without an operation.</summary>
    public void SetContent(string path, ReadOnlySpan<byte> bytes)
    {
        lock (_monitor)
        {
            if (!_names.Cached.TryGetValue(path, out MemoryFile? file))
            {
                file = new MemoryFile();
                _names.Change(KeyValuePair.Create<string, MemoryFile?>(path, file));
                _names.Sync(Path.GetDirectoryName(path)!);
            }

            file.SetLength(0);
            file.Write(0, bytes);
            file.Sync();
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        if (Path.GetPathRoot(path) == path)
        {
            return;
        }

        string above = Path.GetDirectoryName(path)!;
        CreateDirectory(above);
        if (Exists(path))
        {
            SyncDirectory(above);
            return;
        }

        Operate($"mkdir {path}", () => _names.Change(KeyValuePair.Create<string, MemoryFile?>(path, new() { IsDirectory = true })));
        try
        {
            SyncDirectory(above);
        }
        catch (IOException)
        {
            Operate($"rmdir {path}", () => _names.Change(KeyValuePair.Create<string, MemoryFile?>(path, null)));
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Look(() =>
    {
        RequireDirectory(directory);
        return (IReadOnlyList<string>)
            [.. Paths.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];
    });

    /// <inheritdoc/>
    public IDiskFile Create(string path)
    {
        MemoryFile file = new();
        Operate($"create {path}", () =>
        {
            RequireDirectory(Path.GetDirectoryName(path)!);
            if (Exists(path))
            {
                throw new IOException($"The file '{path}' already exists.");
            }

            _names.Change(KeyValuePair.Create<string, MemoryFile?>(path, file));
        });
        return new MemoryDiskFile(this, file, path, isWritable: true);
    }

    /// <inheritdoc/>
    public IDiskFile Open(string path) => Look(() => new MemoryDiskFile(this, Find(path), path, isWritable: true));

    /// <inheritdoc/>
    public IDiskFile OpenRead(string path) => Look(() => new MemoryDiskFile(this, Find(path), path, isWritable: false));

    /// <inheritdoc/>
    public void Rename(string from, string to) => Operate($"rename {from} to {to}", () =>
    {
        if (Path.GetDirectoryName(from) != Path.GetDirectoryName(to))
        {
            throw new NotSupportedException("Files are renamed within a folder only.");
        }

        MemoryFile file = Find(from);
        Free(to);
        _names.Change(KeyValuePair.Create<string, MemoryFile?>(from, null), KeyValuePair.Create<string, MemoryFile?>(to, file));
    });

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (Look(() => !Exists(path)))
        {
            return; // as File.Delete
        }

        Operate($"delete {path}", () =>
        {
            Free(path);
            _names.Change(KeyValuePair.Create<string, MemoryFile?>(path, null));
        });
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path) =>
        OperateSync($"sync folder {path}", path, () => _names.Sync(path), () => _names.FailSync(path));

    /// <inheritdoc/>
    public IDisposable Lock(string path) => Look(() =>
    {
        RequireDirectory(Path.GetDirectoryName(path)!);
        return _locks.Add(path)
            ? new Releaser(this, path)
            : throw new IOException($"The folder '{Path.GetDirectoryName(path)}' is in use by another store of this simulation.");
    });

    internal int Read(MemoryFile file, long offset, Span<byte> buffer)
    {
        lock (_monitor)
        {
            ThrowIfPowerLost();
            return file.Read(offset, buffer);
        }
    }

    internal void Write(MemoryFile file, string path, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_monitor)
        {
            Begin($"write {path} {offset}+{bytes.Length}", out bool crashes);
            bool fails = _faults.WriteFails();
            int fitting = fails ? bytes.Length / 2 : bytes.Length;
            while (_faults.FreeBytes is { } free && file.AllocationOf(offset, fitting) > free)
            {
                fitting--;
            }

            _faults.FreeBytes -= file.AllocationOf(offset, fitting);
            file.Write(offset, bytes[..fitting]);
            End(crashes);
            if (fails)
            {
                throw new IOException($"Writing '{path}' failed, as planned.");
            }

            if (fitting < bytes.Length)
            {
                throw new DiskFullException(path);
            }
        }
    }

    internal void SetLength(MemoryFile file, string path, long length) => Operate($"set length {path} {length}", () =>
    {
        _faults.FreeBytes += file.Allocation;
        file.SetLength(length);
        _faults.FreeBytes -= file.Allocation;
    });

    internal void Sync(MemoryFile file, string path) => OperateSync($"sync {path}", path, file.Sync, file.FailSync);

    /// <summary>Converts each file once, whatever number of names it has.</summary>
    private static Func<MemoryFile, MemoryFile> Once(Func<MemoryFile, MemoryFile> convert)
    {
        Dictionary<MemoryFile, MemoryFile> converted = [];
        return file =>
        {
            if (!converted.TryGetValue(file, out MemoryFile? result))
            {
                converted[file] = result = convert(file);
            }

            return result;
        };
    }

    private void Operate(string operation, Action apply)
    {
        lock (_monitor)
        {
            Begin(operation, out bool crashes);
            apply();
            End(crashes);
        }
    }

    private void OperateSync(string operation, string path, Action sync, Action fail)
    {
        lock (_monitor)
        {
            Begin(operation, out bool crashes);
            End(crashes); // any part of what is to be synced may reach the disk, as without the sync
            if (_faults.SyncFails())
            {
                fail();
                throw new IOException($"Syncing '{path}' failed, as planned.");
            }

            sync();
        }
    }

    private T Look<T>(Func<T> look)
    {
        lock (_monitor)
        {
            ThrowIfPowerLost();
            return look();
        }
    }

    private void Begin(string operation, out bool crashes)
    {
        ThrowIfPowerLost();
        _operations.Add(operation);
        crashes = _faults.OperationCrashes();
    }

    private void End(bool crashes)
    {
        IsPowerLost = crashes;
        ThrowIfPowerLost();
    }

    private void ThrowIfPowerLost()
    {
        if (IsPowerLost)
        {
            throw new PowerLostException();
        }
    }

    private MemoryFile Find(string path) => _names.Cached.TryGetValue(path, out MemoryFile? file) && !file.IsDirectory
        ? file
        : throw new FileNotFoundException($"The file '{path}' does not exist.", path);

    private void RequireDirectory(string path)
    {
        bool exists = Path.GetPathRoot(path) == path || (_names.Cached.TryGetValue(path, out MemoryFile? file) && file.IsDirectory);
        if (!exists)
        {
            throw new DirectoryNotFoundException($"The folder '{path}' does not exist.");
        }
    }

    private void Free(string path)
    {
        if (_names.Cached.TryGetValue(path, out MemoryFile? file))
        {
            _faults.FreeBytes += file.Allocation;
        }
    }

    private sealed class Releaser(MemoryFileSystem files, string path) : IDisposable
    {
        private bool _isReleased;

        public void Dispose()
        {
            lock (files._monitor)
            {
                if (!_isReleased)
                {
                    _isReleased = true;
                    files._locks.Remove(path);
                }
            }
        }
    }
}
