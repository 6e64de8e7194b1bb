using System.Buffers;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>Writes into an array that is large enough.</summary>
internal sealed class ArrayOutput(byte[] array) : IBufferWriter<byte>
{
    private int _position;

    public void Advance(int count) => _position += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => array.AsMemory(_position);

    public Span<byte> GetSpan(int sizeHint = 0) => array.AsSpan(_position);
}
