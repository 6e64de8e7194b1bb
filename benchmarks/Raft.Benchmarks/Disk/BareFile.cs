using Microsoft.Win32.SafeHandles;
using Raft.Storage.Files;

namespace Raft.Benchmarks.Disk;

/// <summary>A file of zeros that is overwritten from its start to its end, again and again, with a sync after each write.</summary>
internal sealed class BareFile : IDisposable
{
    private const int BlockBytes = 1 << 20;

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly long _length;
    private long _at;

    /// <summary>Creates the file, as large as a segment of the log.</summary>
    public BareFile(string path)
    {
        _path = path;
        _length = new FileStorageOptions().SegmentBytes;
        _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        byte[] zeros = new byte[BlockBytes];
        for (long at = 0; at < _length; at += BlockBytes)
        {
            RandomAccess.Write(_handle, zeros, at);
        }

        DiskPlatform.Current.Sync(_handle, _path);
    }

    /// <summary>One <c>pwrite</c> and one <c>fdatasync</c>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _at = _at + bytes.Length > _length ? 0 : _at;
        RandomAccess.Write(_handle, bytes, _at);
        DiskPlatform.Current.Sync(_handle, _path);
        _at += bytes.Length;
    }

    public void Dispose()
    {
        _handle.Dispose();
        File.Delete(_path);
    }
}
