namespace Raft.Storage.Files;

/// <summary>A file with the name of a segment, which is one only if it has a valid header and a valid first group.</summary>
internal sealed class SegmentCandidate
{
    private SegmentCandidate(string path, long number, IDiskFile file, SegmentHeader? header, Group? first, long firstAt)
    {
        (Path, Number, File, Header, First, FirstAt) = (path, number, file, header, first, firstAt);
    }

    public string Path { get; }

    public long Number { get; }

    public IDiskFile File { get; }

    /// <summary>The header; null if it is not valid.</summary>
    public SegmentHeader? Header { get; }

    /// <summary>The first group; null if it or the header is not valid.</summary>
    public Group? First { get; }

    /// <summary>Where the first group is.</summary>
    public long FirstAt { get; }

    /// <summary>Reads the beginning of a file.</summary>
    /// <exception cref="StorageCorruptedException">It has another version of the format.</exception>
    public static SegmentCandidate Read(IFileSystem files, string directory, long number)
    {
        string path = System.IO.Path.Combine(directory, SegmentFile.NameOf(number));
        IDiskFile file = files.Open(path);
        try
        {
            SegmentHeader? header = ReadHeader(file, number, path);
            int? size = header?.Write().Length;
            if (header is null || size is null)
            {
                return new SegmentCandidate(path, number, file, header: null, first: null, firstAt: 0);
            }

            GroupScanner scanner = new(file, number, header.Store.Opening, header.Previous?.Checksum ?? 0, size.Value, file.Length);
            Group? first = scanner.TryNext(out Group group) ? group : null;
            return new SegmentCandidate(path, number, file, header, first, size.Value);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The offset of a valid group of this segment that comes after its beginning; null if there is none. It was written after the beginning
    /// was synced, so a beginning that is not valid now is damaged.
    /// </summary>
    public long? FindLaterGroup() => new GroupScanner(File, Number, opening: 0, previousChecksum: 0, start: 0, File.Length).FindLater();

    private static SegmentHeader? ReadHeader(IDiskFile file, long number, string path)
    {
        byte[] sector = new byte[Layout.Sector];
        if (file.Read(0, sector) < sector.Length || SegmentHeader.Measure(sector, path) is not { } size)
        {
            return null;
        }

        byte[] bytes = new byte[size];
        return file.Read(0, bytes) == size && SegmentHeader.Read(bytes) is { } header && header.Number == number ? header : null;
    }
}
