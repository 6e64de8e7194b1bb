using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>Opens all files for reading only, so that the code of the storage cannot change what it reads.</summary>
internal sealed class ReadOnlyFileSystem(IFileSystem files) : IFileSystem
{
    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => files.List(directory);

    /// <inheritdoc/>
    public IDiskFile Open(string path) => files.OpenRead(path);

    /// <inheritdoc/>
    public IDiskFile OpenRead(string path) => files.OpenRead(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => throw Refused();

    /// <inheritdoc/>
    public IDiskFile Create(string path) => throw Refused();

    /// <inheritdoc/>
    public void Rename(string from, string to) => throw Refused();

    /// <inheritdoc/>
    public void Delete(string path) => throw Refused();

    /// <inheritdoc/>
    public void SyncDirectory(string path) => throw Refused();

    /// <inheritdoc/>
    public IDisposable Lock(string path) => throw Refused();

    private static NotSupportedException Refused() => new("The tool changes nothing.");
}
