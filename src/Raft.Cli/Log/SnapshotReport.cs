using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>A snapshot in the folder.</summary>
/// <param name="File">The name of its file.</param>
/// <param name="Name">The index and the term of the last entry that it covers.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Problem">What is wrong with it; null if it is sound.</param>
internal sealed record SnapshotReport(string File, SnapshotName Name, long Bytes, Problem? Problem)
{
    private const int BlockSize = 1 << 20;

    /// <summary>Reads all of a snapshot, which verifies its checksums.</summary>
    /// <returns>Null if the file is not a snapshot.</returns>
    public static SnapshotReport? Read(IFileSystem files, string directory, string file)
    {
        if (!SnapshotName.TryParse(file, out SnapshotName name) && !SnapshotName.TryParseRenamed(file, out name))
        {
            return null;
        }

        string path = Path.Combine(directory, file);
        using IDiskFile content = files.OpenRead(path);
        return new SnapshotReport(file, name, content.Length, Verify(content, path, name));
    }

    private static Problem? Verify(IDiskFile file, string path, SnapshotName name)
    {
        ExitCode damage = SnapshotHeaderBlock.IsNewer(file) ? ExitCode.NewerFormat : ExitCode.Corrupted;
        long offset = 0;
        try
        {
            SnapshotInfo snapshot = SnapshotHeaderBlock.Read(file, path, name);
            offset = SnapshotHeaderBlock.Size(snapshot.Header);
            using SnapshotReadStream stream = new(file, path, snapshot);
            byte[] block = new byte[BlockSize];
            while (stream.Read(block) > 0)
            {
            }

            return null;
        }
        catch (StorageCorruptedException exception)
        {
            return new Problem(damage, Path.GetFileName(path), offset, name.Index, exception.Message);
        }
    }
}
