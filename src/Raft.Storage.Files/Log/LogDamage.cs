namespace Raft.Storage.Files;

/// <summary>Makes the exceptions for a log that cannot be used.</summary>
internal static class LogDamage
{
    private const string Advice = "Restore the folder from a copy, or replace the node: empty the folder, and start it with "
        + $"{nameof(FirstStart)}.{nameof(FirstStart.Join)} while all others run.";

    /// <summary>A file does not hold what was written and synced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where.</param>
    /// <param name="reason">What is wrong, and which entries are concerned: one or more sentences without the last full stop.</param>
    public static StorageCorruptedException At(string path, long offset, string reason) =>
        new($"'{path}' is damaged at offset {offset}: {reason}. {Advice}");

    /// <summary>The folder has a snapshot, and no segment although it had some.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="trace">The file that shows that there was a log.</param>
    public static StorageCorruptedException MissingLog(string directory, string trace) => new(
        $"The log is missing in '{directory}': the folder has a snapshot but no segment of a log, and '{trace}' shows that there was one. "
        + $"The node's term, its vote and the entries after the snapshot are lost. {Advice} To restore the whole cluster from a backup, "
        + "load it into empty folders.");

    /// <summary>Files are missing.</summary>
    public static StorageCorruptedException MissingSegments(string directory, long startIndex, long keptFrom) => new(
        $"Segments are missing in '{directory}': the log starts after index {startIndex}, and what is left holds the entries after "
        + $"{keptFrom}. {Advice}");
}
