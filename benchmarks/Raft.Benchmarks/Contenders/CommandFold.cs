using System.Buffers.Binary;

namespace Raft.Benchmarks.Contenders;

/// <summary>A number that depends on all commands and on their order. A command has eight bytes at least.</summary>
internal struct CommandFold
{
    private const long Multiplier = 0x5851_F42D_4C95_7F2D;

    public long Count;
    public long Hash;

    public void Add(ReadOnlySpan<byte> command)
    {
        Count++;
        Hash = unchecked((Hash * Multiplier) + BinaryPrimitives.ReadInt64LittleEndian(command));
    }
}
