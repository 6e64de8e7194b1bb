using System.Buffers;
using System.Net.Security;

namespace Raft.Transport.Tcp;

/// <summary>A connection with TLS. Segments are copied together, since each write would otherwise be a record of its own.</summary>
internal sealed class TlsStream(SslStream tls, IConnectionStream raw) : IConnectionStream
{
    /// <summary>The content of four records, the largest that TLS has.</summary>
    private const int BufferSize = 4 * 16_384;

    public string RemoteAddress => raw.RemoteAddress;

    public ValueTask<int> ReadAsync(Memory<byte> buffer) => tls.ReadAsync(buffer);

    public async ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
    {
        if (segments.Count == 1)
        {
            await tls.WriteAsync(segments[0]).ConfigureAwait(false);
            await tls.FlushAsync().ConfigureAwait(false);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        int filled = 0;
        foreach (ArraySegment<byte> segment in segments)
        {
            ArraySegment<byte> rest = segment;
            while (rest.Count > 0)
            {
                int count = Math.Min(rest.Count, BufferSize - filled);
                rest[..count].AsSpan().CopyTo(buffer.AsSpan(filled));
                filled += count;
                rest = rest[count..];
                if (filled == BufferSize)
                {
                    await tls.WriteAsync(buffer.AsMemory(0, filled)).ConfigureAwait(false);
                    filled = 0;
                }
            }
        }

        if (filled > 0)
        {
            await tls.WriteAsync(buffer.AsMemory(0, filled)).ConfigureAwait(false);
        }

        await tls.FlushAsync().ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(buffer); // not after a failure: the write may still read it
    }

    public void CompleteWrites() => raw.CompleteWrites();

    /// <summary>Ends the connection. TLS itself is left to its finalizer: a call may still use it.</summary>
    public void Dispose() => raw.Dispose();
}
