using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Raft;

/// <summary>
/// A digest of the options that should be the same on all members: those of elections, and the limits of what members send each other.
/// </summary>
internal static class OptionsDigest
{
    /// <summary>Computes it; never 0, which means that a node does not say.</summary>
    public static ulong Compute(RaftNodeOptions options, TimeSpan heartbeatInterval)
    {
        Span<byte> bytes = stackalloc byte[(6 * sizeof(long)) + 3];
        Span<byte> rest = bytes;
        Write(options.MinimumElectionTimeout.Ticks, ref rest);
        Write(options.MaximumElectionTimeout.Ticks, ref rest);
        Write(heartbeatInterval.Ticks, ref rest);
        Write(options.MaximumCommandBytes, ref rest);
        Write(options.MaximumMessageBytes, ref rest);
        Write(options.SnapshotChunkBytes, ref rest);
        rest[0] = options.PreVote ? (byte)1 : (byte)0;
        rest[1] = options.CheckQuorum ? (byte)1 : (byte)0;
        rest[2] = options.LeaderStickiness ? (byte)1 : (byte)0;

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Math.Max(BinaryPrimitives.ReadUInt64LittleEndian(hash), 1);
    }

    private static void Write(long value, ref Span<byte> rest)
    {
        BinaryPrimitives.WriteInt64LittleEndian(rest, value);
        rest = rest[sizeof(long)..];
    }
}
