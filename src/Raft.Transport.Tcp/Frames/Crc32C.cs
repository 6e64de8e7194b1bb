using System.Buffers.Binary;
using System.Numerics;

namespace Raft.Transport.Tcp;

/// <summary>The checksum CRC-32C (Castagnoli), which processors compute.</summary>
internal static class Crc32C
{
    /// <summary>The state before the first byte.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>Adds bytes to a checksum that was begun with <see cref="Start"/>.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> data)
    {
        while (data.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte value in data)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return state;
    }

    /// <summary>The checksum after the last byte.</summary>
    public static uint Finish(uint state) => ~state;

    /// <summary>The checksum of one block.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Finish(Append(Start, data));
}
