using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>An open file of the operating system.</summary>
internal sealed class DiskFile(DiskPlatform platform, SafeFileHandle handle, string path) : IDiskFile
{
    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset); // writes all bytes, in several steps if need be
        }
        catch (UnauthorizedAccessException exception)
        {
            throw DiskErrors.Denied(exception);
        }
        catch (IOException exception) when (DiskErrors.IsDiskFull(exception))
        {
            throw new DiskFullException(path, exception);
        }
    }

    /// <inheritdoc/>
    public void SetLength(long length) => DiskErrors.Convert(path, () => RandomAccess.SetLength(handle, length));

    /// <inheritdoc/>
    public void Sync() => platform.Sync(handle, path);

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
