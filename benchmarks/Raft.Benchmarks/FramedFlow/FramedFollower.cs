using System.Buffers.Binary;
using System.Net.Sockets;

namespace Raft.Benchmarks.FramedFlow;

/// <summary>Reads batches from a socket into its log, and acknowledges the last index after each read.</summary>
internal sealed class FramedFollower(Socket socket)
{
    private const int BufferSize = 64 * 1_024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _acknowledgement = new byte[sizeof(long)];
    private int _filled;
    private byte[]? _frame; // the one that is being received, in an array of its own, since its slices are kept
    private int _frameFilled;

    public FramedLog Log { get; } = new();

    /// <summary>Runs until the leader closes the connection.</summary>
    public async Task RunAsync()
    {
        long acknowledged = 0;
        while (true)
        {
            Memory<byte> free = _frame is null ? _buffer.AsMemory(_filled) : _frame.AsMemory(_frameFilled);
            int count = await socket.ReceiveAsync(free, SocketFlags.None).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            Accept(count);
            if (Log.LastIndex > acknowledged)
            {
                acknowledged = Log.LastIndex;
                BinaryPrimitives.WriteInt64LittleEndian(_acknowledgement, acknowledged);
                await socket.SendAsync(_acknowledgement, SocketFlags.None).ConfigureAwait(false);
            }
        }
    }

    private void Accept(int count)
    {
        if (_frame is null)
        {
            _filled += count;
            Split();
        }
        else
        {
            _frameFilled += count;
            FinishFrame();
        }
    }

    private void Split()
    {
        int start = 0;
        while (_frame is null && _filled - start >= FramedBatch.LengthSize)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(start));
            start += FramedBatch.LengthSize;
            _frame = GC.AllocateUninitializedArray<byte>(length);
            _frameFilled = Math.Min(length, _filled - start);
            _buffer.AsSpan(start, _frameFilled).CopyTo(_frame);
            start += _frameFilled;
            FinishFrame();
        }

        _buffer.AsSpan(start, _filled - start).CopyTo(_buffer);
        _filled -= start;
    }

    private void FinishFrame()
    {
        if (_frameFilled == _frame!.Length)
        {
            FramedBatch.AppendTo(Log, _frame);
            _frame = null;
        }
    }
}
