namespace Raft.Cli;

/// <summary>The exit codes of the tool. Scripts depend on the numbers, so they never change.</summary>
internal enum ExitCode
{
    /// <summary>The folder is sound, or the command is done.</summary>
    Sound = 0,

    /// <summary>A file could not be read or written: access was denied, or the disk reported an error.</summary>
    Failed = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The path is not the folder of a node.</summary>
    NotAStore = 3,

    /// <summary>A process has the folder open, or has changed it while it was read.</summary>
    InUse = 4,

    /// <summary>The log ends with an incomplete write, as a crash leaves it. The node can start: it cuts the write off.</summary>
    Torn = 5,

    /// <summary>Durable data is damaged or missing. The node cannot start.</summary>
    Corrupted = 6,

    /// <summary>A newer version of the library has written the folder.</summary>
    NewerFormat = 7,
}
