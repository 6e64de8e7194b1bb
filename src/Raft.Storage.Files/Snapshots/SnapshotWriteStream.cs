using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace Raft.Storage.Files;

/// <summary>Writes the content of a snapshot into its file, and computes its checksum. After a failure, all later calls fail.</summary>
/// <remarks>
/// Disposing the stream has no effect: a wrapper such as a <see cref="StreamWriter"/> may do it before the commit. The writer of the
/// snapshot releases it.
/// </remarks>
internal sealed class SnapshotWriteStream(IDiskFile file, long start) : Stream
{
    private const int BufferSize = 64 << 10;

    private readonly XxHash3 _hash = new();
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _buffered;
    private long _written;
    private IOException? _failure;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _buffer is not null;

    /// <inheritdoc/>
    public override long Length => _written + _buffered;

    /// <inheritdoc/>
    public override long Position
    {
        get => Length;
        set => throw NotSeekable();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowIfUnusable();
        _hash.Append(buffer);
        if (_buffered + buffer.Length > BufferSize)
        {
            WriteBuffered();
        }

        if (buffer.Length >= BufferSize)
        {
            WriteFile(buffer);
            return;
        }

        buffer.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            Write(buffer.Span); // the interface of snapshot stores lets streams block
            return ValueTask.CompletedTask;
        }
        catch (Exception exception)
        {
            return ValueTask.FromException(exception);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        ThrowIfUnusable();
        WriteBuffered();
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        try
        {
            Flush();
            return Task.CompletedTask;
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A snapshot can be read when it is committed.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw NotSeekable();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw NotSeekable();

    /// <summary>Writes the buffered bytes and the checksum. Nothing can be written after that.</summary>
    /// <returns>The length of the content.</returns>
    public long Complete()
    {
        ThrowIfUnusable();
        long length = Length;
        WriteBuffered();
        byte[] checksum = new byte[SnapshotHeaderBlock.ChecksumSize];
        BinaryPrimitives.WriteUInt64LittleEndian(checksum, _hash.GetCurrentHashAsUInt64());
        WriteFile(checksum);
        Release();
        return length;
    }

    /// <summary>Makes the stream unusable.</summary>
    public void Release()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static NotSupportedException NotSeekable() => new("The content of a snapshot is written from its start to its end.");

    private void WriteBuffered()
    {
        int count = _buffered;
        _buffered = 0;
        if (count > 0)
        {
            WriteFile(_buffer.AsSpan(0, count));
        }
    }

    private void WriteFile(ReadOnlySpan<byte> bytes)
    {
        try
        {
            file.Write(start + _written, bytes);
            _written += bytes.Length;
        }
        catch (IOException exception)
        {
            _failure = exception;
            throw;
        }
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        if (_failure is not null)
        {
            throw new IOException($"The snapshot cannot be committed because an earlier write has failed: {_failure.Message}", _failure);
        }
    }
}
