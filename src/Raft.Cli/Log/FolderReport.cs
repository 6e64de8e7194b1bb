using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>What is in the folder of a node, and what is wrong with it.</summary>
internal sealed class FolderReport : IDisposable
{
    private FolderReport(string directory, LogExamination log, IReadOnlyList<SnapshotReport> snapshots, IReadOnlyList<OtherFile> others)
    {
        (Directory, Log, Snapshots, Others) = (directory, log, snapshots, others);
        Problems.AddRange(log.Problems);
        Problems.AddRange(snapshots.Select(static snapshot => snapshot.Problem).OfType<Problem>());
        if (FindMissingSnapshot() is { } missing)
        {
            Problems.Add(missing);
        }
    }

    public string Directory { get; }

    public LogExamination Log { get; }

    /// <summary>The snapshots, the oldest first.</summary>
    public IReadOnlyList<SnapshotReport> Snapshots { get; }

    /// <summary>The files that are neither segments nor snapshots.</summary>
    public IReadOnlyList<OtherFile> Others { get; }

    public List<Problem> Problems { get; } = [];

    /// <summary>The code of the most serious problem.</summary>
    public ExitCode Code => Problems.Select(static problem => problem.Code).DefaultIfEmpty(ExitCode.Sound).Max();

    /// <summary>Reads and verifies a folder.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The folder.</param>
    /// <param name="names">The names of its files.</param>
    public static FolderReport Read(IFileSystem files, string directory, IReadOnlyList<string> names)
    {
        LogExamination log = LogExamination.Run(files, directory, names);
        try
        {
            return new FolderReport(
                directory,
                log,
                [.. names.Select(name => SnapshotReport.Read(files, directory, name)).OfType<SnapshotReport>()],
                [.. names.Select(name => OtherFile.Read(files, directory, name)).OfType<OtherFile>()]);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Log.Dispose();

    private Problem? FindMissingSnapshot()
    {
        if (Log.Store is null)
        {
            return Snapshots.Count > 0 && Log.Problems.Count == 0
                ? new Problem(
                    ExitCode.Corrupted, Snapshots[^1].File, null, null,
                    "the folder has a snapshot, but no segment of the log, which holds the vote. "
                    + "Before its first start, a node with a backup looks like this too.")
                : null;
        }

        long start = Log.Content.StartIndex;
        return start == 0 || Snapshots.Any(snapshot => snapshot.Name.Index >= start)
            ? null
            : new Problem(
                ExitCode.Corrupted, Log.Segments[^1].File, null, start,
                $"the log starts after index {start}, and no snapshot in the folder covers the entries up to there.");
    }
}
