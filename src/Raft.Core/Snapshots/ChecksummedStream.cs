namespace Raft;

/// <summary>
/// The stream that a capture writes to. It passes all bytes on to the stream of the snapshot store, which it leaves open, and
/// adds the checksum at the end.
/// </summary>
internal sealed class ChecksummedStream(Stream destination, SnapshotChecksum checksum) : Stream
{
    private long _length;
    private bool _isFinished;

    /// <summary>Called with each write.</summary>
    public Action? Advanced { get; init; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => !_isFinished;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Writes the checksum after the state, which is complete.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        _isFinished = true;
        byte[] trailer = new byte[SnapshotChecksum.Size];
        SnapshotChecksum.Write(checksum.Finish(), trailer);
        await destination.WriteAsync(trailer, cancellationToken).ConfigureAwait(false);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Count(buffer);
        destination.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count(buffer.Span);
        return destination.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => destination.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => destination.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Count(ReadOnlySpan<byte> buffer)
    {
        // A write that the capture did not await would make the snapshot unreadable if it came after the checksum.
        if (_isFinished)
        {
            throw new InvalidOperationException("The snapshot is complete: await every write before WriteToAsync completes.");
        }

        checksum.Append(buffer);
        _length += buffer.Length;
        Advanced?.Invoke();
    }
}
