using System.Globalization;

namespace Raft.Storage.Files;

/// <summary>A segment that is open. It is closed when the log has dropped it and no read uses it.</summary>
internal sealed class SegmentFile(string path, long number, long opening, IDiskFile file)
{
    private const string Extension = ".log";
    private const int Digits = 16;

    private int _uses = 1; // the log's

    public string Path => path;

    public long Number => number;

    /// <summary>The opening of the store that wrote it.</summary>
    public long Opening => opening;

    public IDiskFile File => file;

    /// <summary>Whether no read uses it.</summary>
    public bool IsUnread => Volatile.Read(ref _uses) == 1;

    /// <summary>The index before the first entry that it may hold.</summary>
    public long KeptFrom { get; init; }

    /// <summary>The file name of a segment.</summary>
    public static string NameOf(long number) => number.ToString("D16", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The number of a segment; null if the file is none.</summary>
    public static long? NumberOf(string name) =>
        name.Length == Digits + Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
            ? number
            : null;

    /// <summary>Keeps it open until <see cref="Release"/>. Called while the log still has it.</summary>
    public void Use() => Interlocked.Increment(ref _uses);

    /// <summary>Ends a use.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _uses) == 0)
        {
            file.Dispose();
        }
    }
}
