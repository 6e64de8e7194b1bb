using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>The file system of the operating system.</summary>
/// <remarks>
/// .NET reads and writes. Syncs and locks call the operating system directly: on Linux, .NET returns normally from a sync that has failed,
/// it cannot sync a folder, and its locks can be switched off by a setting.
/// </remarks>
/// <param name="platform">The operating system.</param>
internal sealed class FileSystem(DiskPlatform platform) : IFileSystem
{
    // Other processes may read, and a file that is open may be renamed and deleted.
    private const FileShare Share = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>The file system of this process.</summary>
    public static FileSystem Shared { get; } = new(DiskPlatform.Current);

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Stack<(string Directory, bool Existed)> chain = new();
        for (string? directory = full; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            chain.Push((directory, Directory.Exists(directory)));
        }

        DiskErrors.Convert(full, () => Directory.CreateDirectory(full));

        // From the top down, so that a folder is not durable before the one that leads to it. Those that exist are included: a process
        // that ended early may have created them without a sync.
        string above = chain.Pop().Directory;
        foreach ((string directory, bool existed) in chain)
        {
            try
            {
                SyncParent(above, existed);
            }
            catch (IOException) when (!existed)
            {
                Directory.Delete(directory, recursive: true);
                throw;
            }

            above = directory;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        string[] names = DiskErrors.Convert(directory, () => Directory.GetFiles(directory));
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = Path.GetFileName(names[i]);
        }

        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public IDiskFile Create(string path) => Open(path, FileMode.CreateNew, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public IDiskFile Open(string path) => Open(path, FileMode.Open, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public IDiskFile OpenRead(string path) => Open(path, FileMode.Open, FileAccess.Read);

    /// <inheritdoc/>
    public void Rename(string from, string to) => DiskErrors.Convert(from, () => platform.Rename(from, to));

    /// <inheritdoc/>
    public void Delete(string path) => DiskErrors.Convert(path, () => File.Delete(path));

    /// <inheritdoc/>
    public void SyncDirectory(string path) => platform.SyncDirectory(path);

    /// <inheritdoc/>
    public IDisposable Lock(string path) => DiskErrors.Convert(path, () => FolderLock.Take(platform, path));

    private DiskFile Open(string path, FileMode mode, FileAccess access)
    {
        SafeFileHandle handle = DiskErrors.Convert(path, () => File.OpenHandle(path, mode, access, Share));
        return new DiskFile(platform, handle, path);
    }

    private void SyncParent(string directory, bool childExisted)
    {
        try
        {
            platform.SyncDirectory(directory);
        }
        catch (IOException exception) when (childExisted && Libc.IsUnsupported(exception))
        {
            // Folders high up may be readable to others only, or on a file system that cannot sync folders. This process did not create
            // what is in them.
        }
    }
}
