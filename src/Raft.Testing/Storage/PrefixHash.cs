using System.Runtime.InteropServices;

namespace Raft.Testing;

/// <summary>A hash of a log that grows with it, so that comparing two logs up to an index costs one comparison.</summary>
internal static class PrefixHash
{
    private const ulong Prime = 0x9E3779B97F4A7C15;

    /// <summary>The hash of a log that had a hash, with one entry more.</summary>
    public static ulong Add(ulong hash, in LogEntry entry)
    {
        hash = Mix(hash, (ulong)entry.Term);
        hash = Mix(hash, (ulong)entry.Kind);
        hash = Mix(hash, (ulong)entry.Time.UtcTicks);
        return Add(hash, entry.Data.Span);
    }

    /// <summary>The hash of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> data) => Add(hash: 0, data);

    /// <summary>The hash of what had a hash, with some bytes more.</summary>
    public static ulong Add(ulong hash, ReadOnlySpan<byte> data)
    {
        hash = Mix(hash, (ulong)data.Length);
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(data))
        {
            hash = Mix(hash, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte rest in data[(data.Length & ~7)..])
        {
            hash = Mix(hash, rest);
        }

        return hash;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * Prime;
        return hash ^ (hash >> 29);
    }
}
