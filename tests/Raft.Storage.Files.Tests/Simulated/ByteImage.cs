namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>Bytes of a file, with zeros after those that were written.</summary>
internal sealed class ByteImage
{
    private byte[] _bytes = [];

    public ByteImage()
    {
    }

    public ByteImage(ByteImage other) => _bytes = [.. other._bytes];

    /// <summary>Copies bytes from an offset on into a span.</summary>
    public void Read(long offset, Span<byte> target)
    {
        int available = (int)Math.Clamp(_bytes.Length - offset, 0, target.Length);
        if (available > 0)
        {
            _bytes.AsSpan((int)offset, available).CopyTo(target);
        }

        target[available..].Clear();
    }

    /// <summary>Writes bytes at an offset.</summary>
    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        int end = (int)offset + source.Length;
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(end, Math.Min(_bytes.Length * 2, _bytes.Length + (1 << 20))));
        }

        source.CopyTo(_bytes.AsSpan((int)offset));
    }

    /// <summary>Makes all bytes from an offset on zeros.</summary>
    public void ClearFrom(long offset)
    {
        if (offset < _bytes.Length)
        {
            _bytes.AsSpan((int)offset).Clear();
        }
    }

    /// <summary>Copies a part of a sector.</summary>
    public void CopySector(int sector, ByteImage source, int start = 0, int end = Sectors.Size)
    {
        Span<byte> bytes = stackalloc byte[Sectors.Size];
        long offset = (long)sector * Sectors.Size;
        source.Read(offset, bytes);
        Write(offset + start, bytes[start..end]);
    }

    /// <summary>Inverts a bit.</summary>
    public void FlipBit(long bit)
    {
        Span<byte> one = stackalloc byte[1];
        Read(bit / 8, one);
        one[0] ^= (byte)(1 << (int)(bit % 8));
        Write(bit / 8, one);
    }
}
