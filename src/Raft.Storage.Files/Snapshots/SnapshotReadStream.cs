using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Raft.Storage.Files;

/// <summary>
/// The content of a committed snapshot. Every pass from the start to the end verifies the checksum: the read that reaches the end fails if
/// the content is damaged.
/// </summary>
internal sealed class SnapshotReadStream : Stream
{
    private const int BufferSize = 64 << 10;

    private readonly IDiskFile _file;
    private readonly string _path;
    private readonly SnapshotInfo _snapshot;
    private readonly long _start;
    private readonly ulong _stored;
    private readonly XxHash3 _hash = new();

    private byte[]? _buffer;
    private long _bufferPosition;
    private int _bufferLength;
    private long _position;
    private long _hashed; // the bytes before this position are in the hash
    private bool _isDamaged;
    private bool _isDisposed;

    /// <summary>Creates the stream, which owns the file.</summary>
    /// <exception cref="StorageCorruptedException">The snapshot has no content, and its checksum is not that of no content.</exception>
    public SnapshotReadStream(IDiskFile file, string path, SnapshotInfo snapshot)
    {
        _file = file;
        _path = path;
        _snapshot = snapshot;
        _start = SnapshotHeaderBlock.Size(snapshot.Header);
        Span<byte> stored = stackalloc byte[SnapshotHeaderBlock.ChecksumSize];
        ReadFile(snapshot.Length, stored);
        _stored = BinaryPrimitives.ReadUInt64LittleEndian(stored);
        if (snapshot.Length == 0)
        {
            VerifyEnd();
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => !_isDisposed;

    /// <inheritdoc/>
    public override bool CanSeek => !_isDisposed;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _snapshot.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ThrowIfDamaged();
        int count = (int)Math.Min(buffer.Length, Math.Max(0, Length - _position));
        if (count == 0)
        {
            return 0;
        }

        if (!IsBuffered(_position))
        {
            if (count >= BufferSize)
            {
                ReadVerified(_position, buffer[..count]);
                _position += count;
                return count;
            }

            FillBuffer();
        }

        int offset = (int)(_position - _bufferPosition);
        count = Math.Min(count, _bufferLength - offset);
        _buffer.AsSpan(offset, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        try
        {
            return ValueTask.FromResult(Read(buffer.Span)); // the interface of snapshot stores lets streams block
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<int>(exception);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        long position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            SeekOrigin.End => Length + offset,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "It must be Begin, Current or End."),
        };
        if (position < 0)
        {
            throw new IOException($"Position {position} is before the start of the content.");
        }

        return _position = position;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A committed snapshot cannot be changed.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A committed snapshot cannot be changed.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _file.Dispose();
            if (_buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = null;
            }
        }

        base.Dispose(disposing);
    }

    private bool IsBuffered(long position) => position >= _bufferPosition && position < _bufferPosition + _bufferLength;

    private void FillBuffer()
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferSize);
        int count = (int)Math.Min(BufferSize, Length - _position);
        _bufferLength = 0; // invalid if the read fails
        ReadVerified(_position, _buffer.AsSpan(0, count));
        _bufferPosition = _position;
        _bufferLength = count;
    }

    private void ReadVerified(long position, Span<byte> bytes)
    {
        ReadFile(position, bytes);
        if (position == 0)
        {
            _hash.Reset(); // a new pass, in which the disk may return other bytes than before
            _hashed = 0;
        }

        long end = position + bytes.Length;
        if (position > _hashed || end <= _hashed)
        {
            return;
        }

        _hash.Append(bytes[(int)(_hashed - position)..]);
        _hashed = end;
        if (end == Length)
        {
            VerifyEnd();
        }
    }

    private void ReadFile(long position, Span<byte> bytes)
    {
        if (_file.Read(_start + position, bytes) < bytes.Length)
        {
            _isDamaged = true;
        }

        ThrowIfDamaged();
    }

    private void VerifyEnd()
    {
        _isDamaged = _hash.GetCurrentHashAsUInt64() != _stored;
        ThrowIfDamaged();
    }

    private void ThrowIfDamaged()
    {
        if (_isDamaged)
        {
            throw SnapshotDamage.Found(
                _path,
                new SnapshotName(_snapshot.LastIncludedIndex, _snapshot.LastIncludedTerm),
                "the checksum of its content is wrong, or the content is incomplete");
        }
    }
}
