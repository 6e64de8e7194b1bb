namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>An open file of a simulated disk. It can be read after its name was deleted or given to another file.</summary>
internal sealed class MemoryDiskFile(MemoryFileSystem files, MemoryFile file, string path, bool isWritable) : IDiskFile
{
    private bool _isDisposed;

    public long Length
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return file.Length;
        }
    }

    public int Read(long offset, Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return files.Read(file, path, offset, buffer);
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        RequireWritable();
        files.Write(file, path, offset, bytes);
    }

    public void SetLength(long length)
    {
        RequireWritable();
        files.SetLength(file, path, length);
    }

    public void Sync()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        files.Sync(file, path);
    }

    public void Dispose() => _isDisposed = true;

    private void RequireWritable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!isWritable)
        {
            throw new NotSupportedException($"The file '{path}' is open for reading only.");
        }
    }
}
