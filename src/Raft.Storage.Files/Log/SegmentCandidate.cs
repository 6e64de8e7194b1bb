namespace Raft.Storage.Files;

/// <summary>A file with the name of a segment, which is one only if it has a valid header and a valid first group.</summary>
internal sealed class SegmentCandidate
{
    private SegmentCandidate(string path, long number, IDiskFile file, SegmentHeader? header, GroupHead? first, long firstAt)
    {
        (Path, Number, File, Header, First, FirstAt) = (path, number, file, header, first, firstAt);
    }

    public string Path { get; }

    public long Number { get; }

    public IDiskFile File { get; }

    /// <summary>The header; null if it is not valid.</summary>
    public SegmentHeader? Header { get; }

    /// <summary>The head of the first group; null if it or the header is not valid.</summary>
    public GroupHead? First { get; }

    /// <summary>Where the first group is.</summary>
    public long FirstAt { get; }

    /// <summary>
    /// Whether the header says that segments come before this one, as far as it can be read. Then some segment was valid at any time.
    /// </summary>
    public bool StatesPrevious { get; private init; }

    /// <summary>
    /// Whether the end of the file is missing: of a header, or of what was allocated and synced before the header was written. Older
    /// segments are cut to the end that the next one states.
    /// </summary>
    public bool IsCut { get; private init; }

    /// <summary>Reads the beginning of a file.</summary>
    /// <exception cref="StorageCorruptedException">It has another version of the format.</exception>
    public static SegmentCandidate Read(IFileSystem files, string directory, long number, ScanBuffer buffer)
    {
        string path = System.IO.Path.Combine(directory, SegmentFile.NameOf(number));
        IDiskFile file = files.Open(path);
        try
        {
            byte[] sector = new byte[Layout.Sector];
            bool isShort = file.Read(0, sector) < sector.Length;
            if (isShort || ReadHeader(file, sector, number, path) is not { } header)
            {
                return new SegmentCandidate(path, number, file, header: null, first: null, firstAt: 0)
                {
                    StatesPrevious = SegmentHeader.StatesPrevious(sector),
                    IsCut = isShort && sector.AsSpan().IndexOfAnyExcept((byte)0) >= 0,
                };
            }

            GroupScanner scanner = new(buffer, file, header, file.Length);
            GroupHead? first = scanner.TryNext(out Group group) ? group.Head : null;
            return new SegmentCandidate(path, number, file, header, first, header.Size)
            {
                StatesPrevious = header.Previous is not null,
                IsCut = file.Length < header.FileLength,
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The offset of a group of this segment that comes after its first one; null if there is none. It was written after the beginning was
    /// synced, so a beginning that is not valid now is damaged.
    /// </summary>
    public long? FindLaterGroup(ScanBuffer buffer) => new GroupScanner(
        buffer, File, Number, opening: 0, previousChecksum: 0, start: Layout.Sector, File.Length).Find();

    private static SegmentHeader? ReadHeader(IDiskFile file, ReadOnlySpan<byte> sector, long number, string path)
    {
        if (SegmentHeader.Measure(sector, path) is not { } size)
        {
            return null;
        }

        byte[] bytes = new byte[size];
        return file.Read(0, bytes) == size && SegmentHeader.Read(bytes) is { } header && header.Number == number ? header : null;
    }
}
