namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>
/// A file, whatever its name: what its readers see (the cache), what the disk holds, and which sectors differ because they were not
/// synced.
/// </summary>
internal sealed class MemoryFile
{
    private readonly ByteImage _cached;
    private readonly ByteImage _durable;
    private readonly SortedSet<int> _unsynced = []; // written since the last sync
    private readonly SortedSet<int> _lost = []; // their sync has failed: no later sync writes them
    private readonly SortedSet<int> _allocated = [];
    private readonly SortedSet<int> _onDisk = []; // have a place on the disk; a read of the others returns zeros
    private bool _isLengthUnsynced;
    private long _shortest; // the lengths since the last successful sync
    private long _longest;

    public MemoryFile()
    {
        _cached = new ByteImage();
        _durable = new ByteImage();
    }

    /// <summary>Copies a file with everything that was not synced.</summary>
    public MemoryFile(MemoryFile other)
    {
        _cached = new ByteImage(other._cached);
        _durable = new ByteImage(other._durable);
        _unsynced.UnionWith(other._unsynced);
        _lost.UnionWith(other._lost);
        _allocated.UnionWith(other._allocated);
        _onDisk.UnionWith(other._onDisk);
        _isLengthUnsynced = other._isLengthUnsynced;
        _shortest = other._shortest;
        _longest = other._longest;
        Length = other.Length;
        IsDirectory = other.IsDirectory;
    }

    /// <summary>Whether it is a folder, which has a name and no content.</summary>
    public bool IsDirectory { get; init; }

    /// <summary>The length that readers see.</summary>
    public long Length { get; private set; }

    /// <summary>How many bytes of a write fit into the free space, which it takes in whole sectors.</summary>
    public int CountFitting(long offset, int length, long freeBytes)
    {
        for (int sector = (int)(offset / Sectors.Size); sector < Sectors.Count(offset + length); sector++)
        {
            if (_allocated.Contains(sector))
            {
                continue;
            }

            if (freeBytes < Sectors.Size)
            {
                return (int)Math.Max(0, ((long)sector * Sectors.Size) - offset);
            }

            freeBytes -= Sectors.Size;
        }

        return length;
    }

    /// <summary>The number of bytes that deleting the file would free.</summary>
    public long Allocation => (long)_allocated.Count * Sectors.Size;

    public int Read(long offset, Span<byte> buffer)
    {
        int count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        _cached.Read(offset, buffer[..count]);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        _cached.Write(offset, bytes);
        for (int sector = (int)(offset / Sectors.Size); sector < Sectors.Count(offset + bytes.Length); sector++)
        {
            _unsynced.Add(sector);
            _lost.Remove(sector);
            _allocated.Add(sector);
        }

        ChangeLength(Math.Max(Length, offset + bytes.Length));
    }

    public void SetLength(long length)
    {
        if (length < Length)
        {
            for (int sector = (int)(length / Sectors.Size); sector < Sectors.Count(Length); sector++)
            {
                _unsynced.Add(sector);
                _lost.Remove(sector);
            }

            _cached.ClearFrom(length);
            _allocated.RemoveWhere(sector => sector >= Sectors.Count(length));
        }

        ChangeLength(length);
    }

    /// <summary>Makes the cache durable, except for what an earlier sync has failed to write.</summary>
    public void Sync()
    {
        foreach (int sector in _unsynced)
        {
            _durable.CopySector(sector, _cached);
            _onDisk.Add(sector);
        }

        _unsynced.Clear();
        if (_isLengthUnsynced)
        {
            _isLengthUnsynced = false;
            _shortest = _longest = Length;
            _durable.ClearFrom(Length);
            _lost.RemoveWhere(sector => sector >= Sectors.Count(Length));
            _onDisk.RemoveWhere(sector => sector >= Sectors.Count(Length));
        }
    }

    /// <summary>Fails to make the cache durable. It counts as written from now on, and is still read.</summary>
    public void FailSync()
    {
        _lost.UnionWith(_unsynced);
        _unsynced.Clear();
        _isLengthUnsynced = false;
    }

    /// <summary>Drops the sectors that count as written from the cache, so that readers see what the disk holds.</summary>
    public void EvictCleanSectors()
    {
        foreach (int sector in _lost)
        {
            _cached.CopySector(sector, _durable);
        }

        _lost.Clear();
    }

    /// <summary>Inverts a bit at rest.</summary>
    public void FlipBit(long bit)
    {
        _cached.FlipBit(bit);
        _durable.FlipBit(bit);
    }

    /// <summary>
    /// What a disk may hold after a loss of power: each sector that was not synced is old, new or, if allowed, new up to some byte and old
    /// after it, and the length is one that the file had, or one between.
    /// </summary>
    /// <param name="choose">Chooses what survives.</param>
    /// <param name="tearsSectors">Whether a sector may be written in part.</param>
    /// <param name="garbage">
    /// A deleted file. A sector that was new to the disk may contain what this one had at the same place. Null: it contains zeros.
    /// </param>
    public MemoryFile AfterPowerLoss(Func<int, int> choose, bool tearsSectors, MemoryFile? garbage)
    {
        long length = _shortest + (_longest == _shortest ? 0 : choose((int)(_longest - _shortest) + 1));
        ByteImage image = new(_durable);
        SortedSet<int> uncertain = [.. _unsynced, .. _lost];
        foreach (int sector in uncertain)
        {
            if ((long)sector * Sectors.Size >= length)
            {
                continue;
            }

            int whole = garbage is null || _onDisk.Contains(sector) ? 2 : 3;
            int choice = choose(tearsSectors ? whole + 1 : whole);
            if (choice == whole)
            {
                image.CopySector(sector, _cached, end: 1 + choose(Sectors.Size - 1));
            }
            else if (choice > 0)
            {
                image.CopySector(sector, choice == 1 ? _cached : garbage!._cached);
            }
        }

        image.ClearFrom(length);
        MemoryFile file = new() { IsDirectory = IsDirectory };
        byte[] bytes = new byte[length];
        image.Read(0, bytes);
        file.Write(0, bytes);
        file.SetLength(length);
        file.Sync();
        return file;
    }

    private void ChangeLength(long length)
    {
        if (length == Length)
        {
            return;
        }

        Length = length;
        _isLengthUnsynced = true;
        _shortest = Math.Min(_shortest, length);
        _longest = Math.Max(_longest, length);
    }
}
