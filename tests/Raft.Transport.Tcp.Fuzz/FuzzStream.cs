using System.Buffers;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>A connection whose other side has sent everything that it ever sends. Its calls complete at once.</summary>
internal sealed class FuzzStream(FuzzInput input) : IConnectionStream
{
    private const int KeptBytes = 1 << 20;

    private readonly TaskCompletionSource<int> _silence = new();
    private readonly ArrayBufferWriter<byte> _sent = new();
    private Random? _random;
    private int _position;

    public string RemoteAddress => "192.0.2.1:1";

    /// <summary>What the transport has sent, or the first part of it.</summary>
    public ReadOnlySpan<byte> Sent => _sent.WrittenSpan;

    public bool IsClosed { get; private set; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (IsClosed)
        {
            return ValueTask.FromException<int>(new IOException("closed"));
        }

        int rest = input.Bytes.Length - _position;
        if (rest == 0)
        {
            return input.Ends ? new ValueTask<int>(0) : new ValueTask<int>(_silence.Task);
        }

        int count = Math.Min(Math.Min(rest, buffer.Length), NextPart());
        input.Bytes.AsSpan(_position, count).CopyTo(buffer.Span);
        _position += count;
        return new ValueTask<int>(count);
    }

    public ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
    {
        if (IsClosed)
        {
            return ValueTask.FromException(new IOException("closed"));
        }

        foreach (ArraySegment<byte> segment in segments)
        {
            if (_sent.WrittenCount < KeptBytes)
            {
                _sent.Write(segment);
            }
        }

        return default;
    }

    public void CompleteWrites()
    {
    }

    public void Dispose()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            _silence.TrySetException(new IOException("closed"));
            _ = _silence.Task.Exception; // observed, whether someone reads or not
        }
    }

    private int NextPart()
    {
        int style = input.Splits & 3;
        _random ??= new Random(input.Splits);
        return style switch
        {
            0 => int.MaxValue,
            1 => 1 + _random.Next(40),
            2 => 1 + _random.Next(5_000),
            _ => input.Bytes.Length < 4_096 ? 1 : 1 + _random.Next(70_000),
        };
    }
}
