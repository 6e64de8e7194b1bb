using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>Reads the folder of a node, unless a process uses it.</summary>
internal sealed class FolderReader(IFileSystem files, string directory)
{
    /// <summary>Reads and verifies everything in the folder.</summary>
    /// <param name="use">Prints what was found. Called once, and only if the folder can be read.</param>
    /// <param name="error">Receives the reason if not.</param>
    public ExitCode Read(Action<FolderReport> use, TextWriter error)
    {
        try
        {
            if (FindObstacle() is { } obstacle)
            {
                error.WriteLine(obstacle.Text);
                return obstacle.Code;
            }

            return ReadUnused(use, error);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"'{directory}' cannot be read: {exception.Message}");
            return ExitCode.Failed;
        }
    }

    private ExitCode ReadUnused(Action<FolderReport> use, TextWriter error)
    {
        IReadOnlyList<string> before = files.List(directory);
        using FolderReport report = FolderReport.Read(files, directory, before);
        if (report.Log.Store is null && report.Problems.Count == 0)
        {
            error.WriteLine(
                $"'{directory}' is not the folder of a node: it has no segment of a log. Give the path that the node's storage was given.");
            return ExitCode.NotAStore;
        }

        use(report);
        if (FindHolder() is null && files.List(directory).SequenceEqual(before))
        {
            return report.Code;
        }

        // The lock is not held while reading: it would keep a node from starting.
        error.WriteLine($"A process has opened '{directory}' while it was read, so the result counts for nothing. Stop the node first.");
        return ExitCode.InUse;
    }

    private (ExitCode Code, string Text)? FindObstacle()
    {
        if (!Directory.Exists(directory))
        {
            return (ExitCode.NotAStore, $"There is no folder '{directory}'.");
        }

        return FindHolder() is { } holder
            ? (ExitCode.InUse, $"'{directory}' is in use by {holder}. Stop it first: what it is writing would look damaged.")
            : null;
    }

    private string? FindHolder() => FolderLock.FindHolder(DiskPlatform.Current, Path.Combine(directory, FolderLock.FileName));
}
