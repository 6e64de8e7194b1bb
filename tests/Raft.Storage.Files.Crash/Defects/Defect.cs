namespace Raft.Storage.Files.Crash;

/// <summary>What is wrong with the storage on purpose, to show that a run detects it.</summary>
internal enum Defect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Writes are acknowledged before they are written.</summary>
    AcknowledgeEarly,

    /// <summary>Neither files nor folders are synced.</summary>
    NoSync,

    /// <summary>Folders are not synced.</summary>
    NoDirectorySync,
}
