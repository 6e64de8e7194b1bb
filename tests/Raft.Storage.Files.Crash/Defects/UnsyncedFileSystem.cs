namespace Raft.Storage.Files.Crash;

/// <summary>A file system with a defect: syncs return without having synced anything.</summary>
internal sealed class UnsyncedFileSystem(IFileSystem files, bool syncsFiles) : IFileSystem
{
    public void CreateDirectory(string path) => files.CreateDirectory(path);

    public IReadOnlyList<string> List(string directory) => files.List(directory);

    public IDiskFile Create(string path) => Wrap(files.Create(path));

    public IDiskFile Open(string path) => Wrap(files.Open(path));

    public IDiskFile OpenRead(string path) => files.OpenRead(path);

    public void Rename(string from, string to) => files.Rename(from, to);

    public void Delete(string path) => files.Delete(path);

    public void SyncDirectory(string path)
    {
    }

    public IDisposable Lock(string path) => files.Lock(path);

    private IDiskFile Wrap(IDiskFile file) => syncsFiles ? file : new UnsyncedFile(file);

    private sealed class UnsyncedFile(IDiskFile file) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

        public void Write(long offset, ReadOnlySpan<byte> bytes) => file.Write(offset, bytes);

        public void SetLength(long length) => file.SetLength(length);

        public void Sync()
        {
        }

        public void Dispose() => file.Dispose();
    }
}
