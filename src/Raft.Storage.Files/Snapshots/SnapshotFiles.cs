namespace Raft.Storage.Files;

/// <summary>The snapshots of a node, one file each.</summary>
/// <remarks>
/// A snapshot is written to a temporary file, which is synced and then renamed. It is visible once the folder is synced; then earlier ones
/// are deleted. The latest one is kept in memory, because the folder also shows a name whose sync has failed. For the same reason,
/// opening writes the name of the latest one again.
/// </remarks>
internal sealed class SnapshotFiles(IFileSystem files, IDiskThreads threads, string directory)
{
    private readonly object _monitor = new(); // held while names change; never across a write of content
    private SnapshotName? _latest;
    private bool _isListed;
    private long _created;

    /// <summary>
    /// Removes what a crash has left, and makes the name of the latest snapshot durable. Called when the storage is opened, with the lock
    /// held. Blocks.
    /// </summary>
    /// <exception cref="IOException">A file could not be deleted or renamed, or the folder not synced.</exception>
    public void RemoveLeftovers()
    {
        lock (_monitor)
        {
            _isListed = false;
            foreach (string name in files.List(directory))
            {
                if (SnapshotName.IsTemporary(name))
                {
                    files.Delete(PathOf(name));
                }
                else if (SnapshotName.TryParseRenamed(name, out SnapshotName renamed))
                {
                    files.Rename(PathOf(name), PathOf(renamed.File));
                }
            }

            if (FindLatestName() is not { } latest)
            {
                return;
            }

            WriteAgain(latest);
            RemoveBefore(latest);
        }
    }

    /// <inheritdoc cref="ISnapshotStore.FindLatestAsync"/>
    public ValueTask<SnapshotInfo?> FindLatestAsync(CancellationToken cancellationToken) =>
        DiskCall<SnapshotInfo?>.Run(threads, FindLatest, cancellationToken);

    /// <inheritdoc cref="ISnapshotStore.OpenReadAsync"/>
    public ValueTask<Stream> OpenReadAsync(SnapshotInfo snapshot, CancellationToken cancellationToken) =>
        DiskCall<Stream>.Run(threads, () => OpenRead(snapshot), cancellationToken);

    /// <inheritdoc cref="ISnapshotStore.CreateAsync"/>
    public ValueTask<ISnapshotWriter> CreateAsync(
        long lastIncludedIndex, long lastIncludedTerm, ReadOnlyMemory<byte> header, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lastIncludedIndex, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastIncludedTerm, 1);
        SnapshotInfo snapshot = new(lastIncludedIndex, lastIncludedTerm, header.ToArray(), Length: 0);
        return DiskCall<ISnapshotWriter>.Run(threads, () => Create(snapshot), cancellationToken);
    }

    /// <summary>Gives a temporary file, whose content is synced, its final name, and makes it visible. Blocks.</summary>
    /// <remarks>
    /// If there is a snapshot of the same entries, or a later one, the new file is deleted instead: the other is as good, and readers may
    /// have it open.
    /// </remarks>
    public void Publish(string temporaryPath, SnapshotName name)
    {
        lock (_monitor)
        {
            if (FindLatestName() is { } latest && latest.CompareTo(name) >= 0)
            {
                TryDelete(temporaryPath);
                return;
            }

            string path = PathOf(name.File);
            files.Rename(temporaryPath, path);
            try
            {
                files.SyncDirectory(directory);
            }
            catch (IOException)
            {
                // The name may not be on the disk although the folder shows it, so the next process must not find it.
                TryDelete(path);
                throw;
            }

            _latest = name;
            RemoveBefore(name);
        }
    }

    /// <summary>Deletes a file if possible. What is left is deleted at the next opening, or with the next commit.</summary>
    public void TryDelete(string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (IOException)
        {
            // Windows does not delete a file that some programs have open.
        }
    }

    private SnapshotInfo? FindLatest()
    {
        lock (_monitor) // so that the file is not replaced while it is read
        {
            if (FindLatestName() is not { } name)
            {
                return null;
            }

            string path = PathOf(name.File);
            using IDiskFile file = files.OpenRead(path);
            return SnapshotHeaderBlock.Read(file, path, name);
        }
    }

    private SnapshotReadStream OpenRead(SnapshotInfo snapshot)
    {
        SnapshotName name = new(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm);
        string path = PathOf(name.File);
        IDiskFile file = files.OpenRead(path);
        try
        {
            SnapshotInfo found = SnapshotHeaderBlock.Read(file, path, name);
            return found.Length == snapshot.Length && found.Header.Span.SequenceEqual(snapshot.Header.Span)
                ? new SnapshotReadStream(file, path, found)
                : throw new FileNotFoundException(
                    $"The snapshot up to index {name.Index} with {snapshot.Length} bytes does not exist: another one of the same entries, "
                    + $"with {found.Length} bytes, was committed before it.", path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private SnapshotFileWriter Create(SnapshotInfo snapshot)
    {
        SnapshotName name = new(snapshot.LastIncludedIndex, snapshot.LastIncludedTerm);
        string path = PathOf(name.TemporaryFile(Interlocked.Increment(ref _created)));
        return new SnapshotFileWriter(this, threads, Create(path), path, snapshot);
    }

    private IDiskFile Create(string path)
    {
        try
        {
            return files.Create(path);
        }
        catch (DirectoryNotFoundException)
        {
            // A backup is loaded before the storage is opened for the first time.
            files.CreateDirectory(directory);
            return files.Create(path);
        }
    }

    private SnapshotName? FindLatestName()
    {
        if (_isListed)
        {
            return _latest;
        }

        _latest = null;
        foreach (string file in files.List(directory))
        {
            if (SnapshotName.TryParse(file, out SnapshotName name) && (_latest is not { } latest || latest.CompareTo(name) < 0))
            {
                _latest = name;
            }
        }

        _isListed = true;
        return _latest;
    }

    /// <summary>
    /// Makes a name durable. An earlier process may have ended before its sync, or after a sync that failed: then another sync would
    /// succeed without writing a name that has not changed since.
    /// </summary>
    private void WriteAgain(SnapshotName name)
    {
        files.Rename(PathOf(name.File), PathOf(name.RenamedFile));
        files.Rename(PathOf(name.RenamedFile), PathOf(name.File));
        files.SyncDirectory(directory);
    }

    private void RemoveBefore(SnapshotName name)
    {
        try
        {
            foreach (string file in files.List(directory))
            {
                if (SnapshotName.TryParse(file, out SnapshotName other) && other.CompareTo(name) < 0)
                {
                    TryDelete(PathOf(file));
                }
            }
        }
        catch (IOException)
        {
            // The snapshot is durable. The next opening or commit removes what is left.
        }
    }

    private string PathOf(string file) => Path.Combine(directory, file);
}
