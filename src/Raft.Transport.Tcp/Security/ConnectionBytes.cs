using System.Buffers;
using System.Runtime.InteropServices;

namespace Raft.Transport.Tcp;

/// <summary>
/// A connection as a stream, for TLS. Records are collected until the stream is flushed, and read several at a time: otherwise each record
/// of 16 KiB would cost a call of the operating system to write and two to read.
/// </summary>
/// <remarks>One call to write and one to read may be under way at a time, as <see cref="IConnectionStream"/> demands.</remarks>
internal sealed class ConnectionBytes(IConnectionStream connection) : Stream
{
    /// <summary>Four records of the largest size, with their heads and tags.</summary>
    public const int BufferSize = 4 * (16_384 + 256);

    private readonly ArraySegment<byte>[] _segment = new ArraySegment<byte>[1];
    private readonly byte[] _read = new byte[BufferSize];
    private int _readStart;
    private int _readEnd;
    private byte[]? _written; // rented while something is collected
    private int _writtenCount;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _readStart < _readEnd ? new ValueTask<int>(TakeRead(buffer.Span)) : ReadMoreAsync(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > BufferSize - _writtenCount)
        {
            return WriteThroughAsync(buffer);
        }

        _written ??= ArrayPool<byte>.Shared.Rent(BufferSize);
        buffer.Span.CopyTo(_written.AsSpan(_writtenCount));
        _writtenCount += buffer.Length;
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override Task FlushAsync(CancellationToken cancellationToken) => _written is null ? Task.CompletedTask : SendCollectedAsync();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadMoreAsync(Memory<byte> buffer)
    {
        if (buffer.Length >= BufferSize)
        {
            return await connection.ReadAsync(buffer).ConfigureAwait(false);
        }

        _readStart = 0;
        _readEnd = await connection.ReadAsync(_read).ConfigureAwait(false);
        return TakeRead(buffer.Span);
    }

    private int TakeRead(Span<byte> target)
    {
        int count = Math.Min(target.Length, _readEnd - _readStart);
        _read.AsSpan(_readStart, count).CopyTo(target);
        _readStart += count;
        return count;
    }

    private async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> buffer)
    {
        await FlushAsync(CancellationToken.None).ConfigureAwait(false);
        if (buffer.Length <= BufferSize)
        {
            await WriteAsync(buffer, CancellationToken.None).ConfigureAwait(false);
            return;
        }

        _segment[0] = MemoryMarshal.TryGetArray(buffer, out ArraySegment<byte> array) ? array : new ArraySegment<byte>(buffer.ToArray());
        await connection.WriteAsync(_segment).ConfigureAwait(false);
    }

    private async Task SendCollectedAsync()
    {
        byte[] written = _written!;
        _segment[0] = new ArraySegment<byte>(written, 0, _writtenCount);
        _written = null;
        _writtenCount = 0;
        await connection.WriteAsync(_segment).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(written); // not after a failure: the write may still read it
    }
}
