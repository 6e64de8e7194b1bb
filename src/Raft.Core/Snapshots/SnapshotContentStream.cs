namespace Raft;

/// <summary>
/// The stream that a state machine is restored from: the content of a stored snapshot without the checksum at its end. It
/// leaves the content open.
/// </summary>
internal sealed class SnapshotContentStream(Stream content, long contentLength) : Stream
{
    private readonly long _length = contentLength - SnapshotChecksum.Size;

    /// <summary>Called after each read; null if nobody cares.</summary>
    public Action? Advanced { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => content.Position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            content.Position = value;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = content.Read(buffer[..Allowed(buffer.Length)]);
        Advanced?.Invoke();
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> reading = content.ReadAsync(buffer[..Allowed(buffer.Length)], cancellationToken);
        if (!reading.IsCompletedSuccessfully)
        {
            return FinishAsync(reading);
        }

        Advanced?.Invoke();
        return reading;
    }

    private async ValueTask<int> FinishAsync(ValueTask<int> reading)
    {
        int read = await reading.ConfigureAwait(false);
        Advanced?.Invoke();
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => _length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Allowed(int wanted) => (int)Math.Clamp(_length - Position, 0, wanted);
}
