namespace Raft;

/// <summary>
/// Hashes what is written to it and keeps nothing. How the bytes are divided into writes does not matter, since a block is hashed when it
/// is full.
/// </summary>
internal sealed class DigestStream : Stream
{
    private const int BlockSize = 4_096;

    private readonly byte[] _block = new byte[BlockSize];
    private RollingDigest _digest;
    private int _held;
    private long _length;

    /// <summary>Called when something was written.</summary>
    public Action? Advanced { get; init; }

    /// <summary>The digest of what was written.</summary>
    public ulong Digest
    {
        get
        {
            RollingDigest digest = _digest;
            digest.Append(_block.AsSpan(0, _held));
            digest.Append(_length);
            return digest.Value;
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _length += buffer.Length;
        while (!buffer.IsEmpty)
        {
            int taken = Math.Min(buffer.Length, BlockSize - _held);
            buffer[..taken].CopyTo(_block.AsSpan(_held));
            _held += taken;
            buffer = buffer[taken..];
            if (_held == BlockSize)
            {
                _digest.Append(_block);
                _held = 0;
            }
        }

        Advanced?.Invoke();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
        // nothing is kept
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
