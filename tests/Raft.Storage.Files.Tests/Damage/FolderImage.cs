using Raft.Storage.Files.Tests.Simulated;

namespace Raft.Storage.Files.Tests.Damage;

/// <summary>The files of a folder, to be damaged and opened: a disk that never fails, and that is quick to copy.</summary>
internal sealed class FolderImage : IFileSystem
{
    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>Copies the files of a disk.</summary>
    public FolderImage(MemoryFileSystem disk)
        : this(disk.Paths.Select(path => KeyValuePair.Create(path, disk.ReadAllBytes(path))))
    {
    }

    /// <summary>Makes an image of files.</summary>
    public FolderImage(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        foreach ((string path, byte[] bytes) in files)
        {
            _files[path] = bytes;
        }
    }

    /// <summary>The paths of the files, in ordinal order.</summary>
    public IReadOnlyCollection<string> Paths => _files.Keys;

    /// <summary>The bytes of a file; none if there is no such file. An array is never changed.</summary>
    public byte[] this[string path]
    {
        get => _files.GetValueOrDefault(path) ?? [];
        set => _files[path] = value;
    }

    /// <summary>Copies the image.</summary>
    public FolderImage Copy() => new(_files);

    /// <summary>Copies it with an inverted bit.</summary>
    public FolderImage WithFlippedBit(string path, long bit)
    {
        FolderImage copy = Copy();
        byte[] bytes = [.. this[path]];
        bytes[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        copy[path] = bytes;
        return copy;
    }

    public IReadOnlyList<string> List(string directory) => [.. _files.Keys.Select(Path.GetFileName)!];

    public IDiskFile Create(string path)
    {
        _files.Add(path, []);
        return new ImageFile(this, path);
    }

    public IDiskFile Open(string path) =>
        _files.ContainsKey(path) ? new ImageFile(this, path) : throw new FileNotFoundException($"The file '{path}' does not exist.", path);

    public IDiskFile OpenRead(string path) => Open(path);

    public void Rename(string from, string to)
    {
        _files[to] = _files[from];
        _files.Remove(from);
    }

    public void Delete(string path) => _files.Remove(path);

    public void CreateDirectory(string path)
    {
    }

    public void SyncDirectory(string path)
    {
    }

    public IDisposable Lock(string path) => new MemoryStream();

    private sealed class ImageFile(FolderImage image, string path) : IDiskFile
    {
        private byte[] _bytes = image[path];
        private bool _isOwned;

        public long Length => _bytes.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            int count = (int)Math.Clamp(_bytes.Length - offset, 0, buffer.Length);
            _bytes.AsSpan((int)Math.Min(offset, _bytes.Length), count).CopyTo(buffer);
            return count;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            Own((int)Math.Max(_bytes.Length, offset + bytes.Length));
            bytes.CopyTo(_bytes.AsSpan((int)offset));
        }

        public void SetLength(long length) => Own((int)length);

        public void Sync()
        {
        }

        public void Dispose()
        {
        }

        private void Own(int length)
        {
            if (!_isOwned || _bytes.Length != length)
            {
                byte[] owned = new byte[length];
                _bytes.AsSpan(0, Math.Min(length, _bytes.Length)).CopyTo(owned);
                (_bytes, _isOwned) = (owned, true);
                image[path] = owned;
            }
        }
    }
}
