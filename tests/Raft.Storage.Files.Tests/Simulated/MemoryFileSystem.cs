namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>
/// A disk in memory that keeps no more than a real one promises: after a loss of power, any of the sectors and names that were not synced
/// may be missing. All that happens depends on the calls and the given random source only.
/// </summary>
/// <remarks>
/// Paths are absolute; the root exists. The operations that are counted and logged are creations, deletions, renamings, writes, changes of
/// length, and syncs of files and folders.
/// </remarks>
internal sealed partial class MemoryFileSystem : IFileSystem
{
    private readonly object _monitor = new();
    private readonly NameTable _names;
    private readonly PlannedFaults _faults = new();
    private readonly SortedSet<string> _locks = new(StringComparer.Ordinal);
    private readonly List<string> _operations = [];
    private MemoryFile? _deleted; // the last one

    /// <summary>Creates an empty disk.</summary>
    public MemoryFileSystem()
        : this(new NameTable())
    {
    }

    private MemoryFileSystem(NameTable names, MemoryFile? deleted = null)
    {
        _names = names;
        _deleted = deleted;
    }

    /// <summary>The operations so far, in order.</summary>
    public IReadOnlyList<string> Operations => _operations;

    /// <summary>Whether the machine has lost its power, after which every call throws a <see cref="PowerLostException"/>.</summary>
    public bool IsPowerLost { get; private set; }

    /// <summary>The paths of all files that readers see, in ordinal order.</summary>
    public IEnumerable<string> Paths => _names.Cached.Where(name => !name.Value.IsDirectory).Select(name => name.Key);

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
        if (_names.Cached.TryGetValue(path, out MemoryFile? existing))
        {
            if (!existing.IsDirectory)
            {
                throw new IOException($"'{path}' is a file.");
            }

            SyncDirectory(above);
            return;
        }

        Operate($"mkdir {path}", path, () => _names.Change(KeyValuePair.Create<string, MemoryFile?>(path, new() { IsDirectory = true })));
        try
        {
            SyncDirectory(above);
        }
        catch (IOException)
        {
            Operate($"rmdir {path}", path, () => _names.Change(KeyValuePair.Create<string, MemoryFile?>(path, null)));
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
        Operate($"create {path}", path, () =>
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
    public void Rename(string from, string to) => Operate($"rename {from} to {to}", to, () =>
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

        Operate($"delete {path}", path, () =>
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

    internal int Read(MemoryFile file, string path, long offset, Span<byte> buffer)
    {
        lock (_monitor)
        {
            ThrowIfPowerLost();
            return _faults.ReadFails() ? throw new IOException($"Reading '{path}' failed, as planned.") : file.Read(offset, buffer);
        }
    }

    internal void Write(MemoryFile file, string path, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_monitor)
        {
            PlannedOutcome outcome = Begin($"write {path} {offset}+{bytes.Length}");
            if (_faults.WriteFails() && outcome == PlannedOutcome.Success)
            {
                outcome = PlannedOutcome.Failure;
            }

            int fitting = outcome is PlannedOutcome.Failure or PlannedOutcome.DiskFull ? bytes.Length / 2 : bytes.Length;
            if (_faults.FreeBytes is { } free)
            {
                fitting = file.CountFitting(offset, fitting, free);
            }

            _faults.FreeBytes += file.Allocation;
            file.Write(offset, bytes[..fitting]);
            _faults.FreeBytes -= file.Allocation;
            End(outcome);
            ThrowIfPlanned(outcome, path);
            if (fitting < bytes.Length)
            {
                throw new DiskFullException(path);
            }
        }
    }

    internal void SetLength(MemoryFile file, string path, long length) => Operate($"set length {path} {length}", path, () =>
    {
        _faults.FreeBytes += file.Allocation;
        file.SetLength(length);
        _faults.FreeBytes -= file.Allocation;
    });

    internal void Sync(MemoryFile file, string path) => OperateSync($"sync {path}", path, file.Sync, file.FailSync);

    private static void ThrowIfPlanned(PlannedOutcome outcome, string path)
    {
        switch (outcome)
        {
            case PlannedOutcome.Failure:
                throw new IOException($"An operation on '{path}' failed, as planned.");
            case PlannedOutcome.DiskFull:
                throw new DiskFullException(path);
        }
    }

    private void Operate(string operation, string path, Action apply)
    {
        lock (_monitor)
        {
            PlannedOutcome outcome = Begin(operation);
            ThrowIfPlanned(outcome, path);
            apply();
            End(outcome);
        }
    }

    private void OperateSync(string operation, string path, Action sync, Action fail)
    {
        lock (_monitor)
        {
            PlannedOutcome outcome = Begin(operation);
            End(outcome); // any part of what is to be synced may reach the disk, as without the sync
            if (_faults.SyncFails() && outcome == PlannedOutcome.Success)
            {
                outcome = PlannedOutcome.Failure;
            }

            if (outcome != PlannedOutcome.Success)
            {
                fail();
            }

            ThrowIfPlanned(outcome, path);
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

    private PlannedOutcome Begin(string operation)
    {
        ThrowIfPowerLost();
        _operations.Add(operation);
        return _faults.NextOperation();
    }

    private void End(PlannedOutcome outcome)
    {
        AtOperation?.Invoke();
        IsPowerLost = outcome == PlannedOutcome.LossOfPower;
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
            _deleted = file;
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
