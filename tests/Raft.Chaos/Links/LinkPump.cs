using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Raft.Chaos;

/// <summary>Moves the bytes of a connection in one direction, in order and none lost, at the pace that the link allows.</summary>
internal sealed class LinkPump(Link link, Socket from, Socket to)
{
    private const int ChunkBytes = 16 * 1_024;
    private const int MostChunks = 32; // under way: more than a delayed link of loopback needs
    private const long Never = long.MaxValue;

    private readonly Channel<Chunk> _underWay = Channel.CreateBounded<Chunk>(MostChunks);
    private long _bytesLeft = Never; // until the connection breaks

    /// <summary>Completes, always without an error, when nothing moves any more.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public void BreakAfter(int bytes) => Volatile.Write(ref _bytesLeft, bytes);

    /// <summary>Moves bytes until the sender ends, or one side fails.</summary>
    /// <exception cref="SocketException">A side has failed, or the connection broke as it was meant to.</exception>
    public Task RunAsync(CancellationToken stop)
    {
        Task reading = ReadAsync(stop);
        Task writing = WriteAsync(stop);
        Ended = Task.WhenAll(reading, writing).ContinueWith(static _ => { }, TaskScheduler.Default);
        return Both(reading, writing);
    }

    private static async Task Both(Task reading, Task writing)
    {
        await (await Task.WhenAny(reading, writing));
        await Task.WhenAll(reading, writing);
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        while (true)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
            int count = await from.ReceiveAsync(buffer.AsMemory(0, ChunkBytes), stop);
            if (count == 0)
            {
                _underWay.Writer.Complete();
                return;
            }

            TimeSpan delay = link.Conditions.Delay;
            long due = Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);
            await _underWay.Writer.WriteAsync(new Chunk(buffer, count, due), stop);
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        await foreach (Chunk chunk in _underWay.Reader.ReadAllAsync(stop))
        {
            TimeSpan early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), chunk.Due);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, stop);
            }

            await WriteAsync(chunk.Buffer.AsMemory(0, chunk.Count), stop);
            ArrayPool<byte>.Shared.Return(chunk.Buffer);
        }

        await link.WaitUntilOpenAsync(stop);
        to.Shutdown(SocketShutdown.Send);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        await link.WaitUntilOpenAsync(stop);
        int left = (int)Math.Min(bytes.Length, Volatile.Read(ref _bytesLeft));
        for (ReadOnlyMemory<byte> rest = bytes[..left]; !rest.IsEmpty;)
        {
            rest = rest[await to.SendAsync(rest, stop)..];
        }

        if (left < bytes.Length)
        {
            to.Shutdown(SocketShutdown.Send); // the receiver gets the part; a reset could take it away again
            throw new SocketException((int)SocketError.ConnectionReset);
        }

        if (Volatile.Read(ref _bytesLeft) is var limit && limit != Never)
        {
            // The limit may have been set while the part was sent, to less than the part.
            Interlocked.CompareExchange(ref _bytesLeft, Math.Max(0, limit - left), limit);
        }

        if (link.Conditions.BytesPerSecond is > 0 and var pace)
        {
            await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / pace), stop);
        }
    }

    private readonly record struct Chunk(byte[] Buffer, int Count, long Due);
}
