namespace Raft.Storage.Files;

/// <summary>Makes the exceptions for snapshots that cannot be used.</summary>
internal static class SnapshotDamage
{
    /// <summary>A snapshot is damaged. An earlier one cannot replace it: the entries between the two may be gone from the log.</summary>
    public static StorageCorruptedException Found(string path, SnapshotName name, string why) => new(
        $"The snapshot up to index {name.Index} is damaged: {why}. File: '{path}'. Restore the node's folder from a copy. "
        + "Without a copy, replace the node: empty its folder, and start it while all other nodes run. The leader sends it everything.");

    /// <summary>A later version of the library has written the snapshot.</summary>
    public static StorageCorruptedException NewerFormat(string path, int version, int newestKnown) => new(
        $"The snapshot '{path}' has format version {version}, and this version of Raft.Storage.Files reads versions up to {newestKnown}. "
        + "Start the node with the version of Raft.Storage.Files that has written it, or a later one. If no later version was used here, "
        + "the file is damaged: restore the node's folder from a copy, or empty it and start the node while all other nodes run.");
}
