using System.Globalization;

namespace Raft.Benchmarks.Disk;

/// <summary>The folder that receives all files of a run. It is deleted in the end.</summary>
internal sealed class DiskFolder : IDisposable
{
    private static readonly string[] InMemory = ["tmpfs", "ramfs"];

    private readonly string _path;
    private readonly DriveInfo _drive;
    private int _count;

    /// <summary>Creates it.</summary>
    /// <param name="data">A folder on the disk to measure.</param>
    public DiskFolder(string data)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"disk-benchmark-{Environment.ProcessId}");
        _path = Path.GetFullPath(Path.Combine(data, name));
        Directory.CreateDirectory(_path);
        _drive = new DriveInfo(_path);
    }

    /// <summary>The file system, and a warning if it has no disk.</summary>
    public string Describe() => InMemory.Contains(_drive.DriveFormat)
        ? $"File system: {_drive.DriveFormat}, which is in memory. Its syncs cost nothing. Name a folder on a disk with --data."
        : $"File system: {_drive.DriveFormat}";

    /// <summary>Throws if so many bytes do not fit.</summary>
    public void Require(long bytes)
    {
        if (_drive.AvailableFreeSpace < bytes)
        {
            throw new IOException($"This benchmark needs {bytes >> 20} MiB in '{_path}', and {_drive.AvailableFreeSpace >> 20} MiB are free.");
        }
    }

    /// <summary>A path in the folder that is not in use.</summary>
    public string NewPath() => Path.Combine(_path, (++_count).ToString(CultureInfo.InvariantCulture));

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
