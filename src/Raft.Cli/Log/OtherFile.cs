using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>A file that is neither a segment nor a snapshot.</summary>
/// <param name="File">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Purpose">What it is for.</param>
internal sealed record OtherFile(string File, long Bytes, string Purpose)
{
    /// <summary>Finds out what a file is.</summary>
    /// <returns>Null for a segment or a snapshot.</returns>
    public static OtherFile? Read(IFileSystem files, string directory, string file)
    {
        if (SegmentFile.NumberOf(file) is not null || SnapshotName.TryParse(file, out _) || SnapshotName.TryParseRenamed(file, out _))
        {
            return null;
        }

        using IDiskFile content = files.OpenRead(Path.Combine(directory, file));
        return new OtherFile(file, content.Length, PurposeOf(file));
    }

    private static string PurposeOf(string file) => file switch
    {
        FolderLock.FileName => "lock, which no process holds",
        SegmentSupply.ReserveName => "reserve, for opening on a full disk",
        _ when file.EndsWith(SegmentSupply.RecycledExtension, StringComparison.Ordinal) => "recycled, will become a segment",
        _ when SnapshotName.IsTemporary(file) => "unfinished snapshot, removed at the next opening",
        _ => "not a file of the storage",
    };
}
