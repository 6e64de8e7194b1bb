using Microsoft.Extensions.Logging;

namespace Raft.Storage.Files;

/// <summary>
/// Provides the files of segments: full of zeros, because a sync is faster if it need not extend the file, and made ahead of time.
/// A file has no header of its new number until its first group is written, so until then it is not a segment.
/// </summary>
/// <remarks>All members may be called on any thread that may block.</remarks>
internal sealed partial class SegmentSupply(IFileSystem files, string directory, long segmentBytes, ILogger logger) : IThreadPoolWorkItem
{
    /// <summary>The end of the name of a file that will become a segment.</summary>
    public const string RecycledExtension = ".recycled";

    /// <summary>The name of the file that is used when the disk is full.</summary>
    public const string ReserveName = "reserve";

    private const int MaximumRecycled = 8; // what a node compacts at once by default, 64 MiB, fits in six
    private const int BlockSize = 1 << 20;
    private const long ReserveBytes = 2 << 20; // for a header and a group of the usual size

    private static readonly byte[] Zeros = new byte[BlockSize];

    private readonly Lock _making = new(); // held while a file is made: only those who need the file wait for it
    private readonly Lock _lock = new(); // held for a moment. Taken within the other one
    private readonly Queue<string> _recycled = new();
    private (long Number, IDiskFile File)? _prepared;
    private (Type Kind, int Code)? _failure; // of the last preparation
    private long _next;
    private bool _hasReserve;
    private bool _isClosed;

    /// <summary>Whether a file is made only after the first segment of a new log is durable, so that it shows that there was one.</summary>
    public static bool IsMadeAfterTheFirstSegment(string name) =>
        name == ReserveName || name.EndsWith(RecycledExtension, StringComparison.Ordinal) || SegmentFile.NumberOf(name) > 1;

    /// <summary>Takes over the files that an earlier life has left.</summary>
    public void Open(IEnumerable<string> names)
    {
        lock (_making)
        {
            lock (_lock)
            {
                _isClosed = false;
                _next = 0; // of an earlier life
            }

            foreach (string name in names.Where(static name => name.EndsWith(RecycledExtension, StringComparison.Ordinal)))
            {
                Recycle(name);
            }
        }
    }

    /// <summary>The segment that will be needed next.</summary>
    public void Expect(long number)
    {
        lock (_lock)
        {
            _next = number;
        }
    }

    /// <summary>Prepares the segment that will be needed next.</summary>
    public void Execute()
    {
        if (TryPrepare() is { } exception)
        {
            LogNotPrepared(exception, directory);
        }
    }

    /// <summary>Gives the file of a segment.</summary>
    /// <param name="number">The segment's number.</param>
    /// <param name="bytes">The number of bytes that must fit.</param>
    public IDiskFile Take(long number, long bytes)
    {
        lock (_making)
        {
            Expect(0); // nothing is prepared under the number of a file that is in use
            if (_prepared is { } prepared && prepared.Number == number)
            {
                _prepared = null;
                return prepared.File;
            }

            return Make(number, Math.Max(segmentBytes, bytes));
        }
    }

    /// <summary>Gives the file of the first segment of a life, from the reserve if the disk is full.</summary>
    public IDiskFile TakeFirst(long number, long bytes)
    {
        try
        {
            return Take(number, bytes);
        }
        catch (DiskFullException) when (files.List(directory).Contains(ReserveName))
        {
            _hasReserve = false;
            string path = PathOf(SegmentFile.NameOf(number));
            files.Rename(PathOf(ReserveName), path);
            files.SyncDirectory(directory);
            return files.Open(path);
        }
    }

    /// <summary>Takes back a file that the log no longer needs, which its name does not distinguish from a segment yet.</summary>
    public void Recycle(SegmentFile segment)
    {
        bool isWanted;
        lock (_lock)
        {
            isWanted = !_isClosed && _recycled.Count < MaximumRecycled;
        }

        isWanted = isWanted && segment.IsUnread && segment.File.Length == segmentBytes;
        segment.Release();
        if (!isWanted)
        {
            files.Delete(segment.Path);
            return;
        }

        string name = SegmentFile.NameOf(segment.Number) + RecycledExtension;
        files.Rename(segment.Path, PathOf(name));
        lock (_lock)
        {
            _recycled.Enqueue(name);
        }
    }

    /// <summary>Nothing more is prepared.</summary>
    public void Close()
    {
        lock (_making)
        {
            _prepared?.File.Dispose();
            _prepared = null;
            lock (_lock)
            {
                _isClosed = true;
                _recycled.Clear();
            }
        }
    }

    private string PathOf(string name) => Path.Combine(directory, name);

    /// <returns>Why it failed; null if it did not, or if the last preparation failed for the same cause.</returns>
    private IOException? TryPrepare()
    {
        lock (_making)
        {
            long number;
            lock (_lock)
            {
                number = _isClosed ? 0 : _next;
            }

            if (number == 0)
            {
                return null;
            }

            try
            {
                if (_prepared?.Number != number)
                {
                    _prepared = (number, Make(number, segmentBytes));
                }

                Reserve();
                _failure = null;
                return null;
            }
            catch (IOException exception)
            {
                // The segment is made when it is needed, and the node learns of it if that fails too.
                (Type, int) failure = (exception.GetType(), exception.HResult);
                bool isNew = _failure != failure;
                _failure = failure;
                return isNew ? exception : null;
            }
        }
    }

    private void Recycle(string name)
    {
        lock (_lock)
        {
            if (_recycled.Count < MaximumRecycled)
            {
                _recycled.Enqueue(name);
                return;
            }
        }

        files.Delete(PathOf(name));
    }

    /// <summary>The file to use again next. It stays in the queue until it has its new name. Called while a file is made.</summary>
    private string? FindRecycled()
    {
        lock (_lock)
        {
            return _recycled.TryPeek(out string? name) ? name : null;
        }
    }

    private void RemoveRecycled()
    {
        lock (_lock)
        {
            _recycled.Dequeue();
        }
    }

    private IDiskFile Make(long number, long length)
    {
        string path = PathOf(SegmentFile.NameOf(number));
        if (length == segmentBytes && FindRecycled() is { } recycled)
        {
            files.Rename(PathOf(recycled), path);
            RemoveRecycled();
            files.SyncDirectory(directory);
            return files.Open(path);
        }

        return MakeNew(path, length);
    }

    private IDiskFile MakeNew(string path, long length)
    {
        if (files.List(directory).Contains(Path.GetFileName(path)))
        {
            files.Delete(path); // if the folder could not be synced when it was created, a later sync would not write its name either
        }

        IDiskFile file = files.Create(path);
        long at = 0;
        try
        {
            for (; at < length; at += BlockSize)
            {
                file.Write(at, Zeros.AsSpan(0, (int)Math.Min(BlockSize, length - at)));
            }

            file.Sync();
            files.SyncDirectory(directory);
            return file;
        }
        catch (DiskFullException exception)
        {
            Discard(file, path);
            throw new DiskFullException(path, length - at, exception);
        }
        catch
        {
            Discard(file, path);
            throw;
        }
    }

    /// <summary>Gives back what an unfinished file took: it is needed elsewhere.</summary>
    private void Discard(IDiskFile file, string path)
    {
        file.Dispose();
        files.Delete(path);
    }

    /// <summary>Makes the reserve, unless it is there. A crash may have left a part of one.</summary>
    private void Reserve()
    {
        if (_hasReserve)
        {
            return;
        }

        string path = PathOf(ReserveName);
        long length = Math.Min(ReserveBytes, segmentBytes);
        if (!files.List(directory).Contains(ReserveName) || LengthOf(path) < length)
        {
            MakeNew(path, length).Dispose();
        }

        _hasReserve = true;
    }

    private long LengthOf(string path)
    {
        using IDiskFile file = files.OpenRead(path);
        return file.Length;
    }

    [LoggerMessage(306, LogLevel.Warning,
        "The next file of the log, or the reserve for a full disk, could not be prepared in '{Directory}'. The file is made when it is "
        + "needed, and if that fails the node stops. The same cause is not logged again until a file could be prepared.",
        EventName = "NotPrepared")]
    private partial void LogNotPrepared(Exception exception, string directory);
}
