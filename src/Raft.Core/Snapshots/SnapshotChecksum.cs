using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Raft;

/// <summary>
/// The checksum of a snapshot: the first half of a SHA-256 hash over its last index and term, its header and the state. It is at the end
/// of the content, so that every reader of the content can verify it. It also distinguishes two snapshots of the same entries.
/// </summary>
internal sealed class SnapshotChecksum : IDisposable
{
    /// <summary>Its size in bytes.</summary>
    public const int Size = 16;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public SnapshotChecksum(long lastIncludedIndex, long lastIncludedTerm, ReadOnlySpan<byte> header)
    {
        Span<byte> start = stackalloc byte[(2 * sizeof(long)) + sizeof(int)];
        BinaryPrimitives.WriteInt64LittleEndian(start, lastIncludedIndex);
        BinaryPrimitives.WriteInt64LittleEndian(start[sizeof(long)..], lastIncludedTerm);
        BinaryPrimitives.WriteInt32LittleEndian(start[(2 * sizeof(long))..], header.Length);
        _hash.AppendData(start);
        _hash.AppendData(header);
    }

    /// <summary>Adds bytes of the state, in order.</summary>
    public void Append(ReadOnlySpan<byte> state) => _hash.AppendData(state);

    /// <summary>Returns the checksum of all added bytes.</summary>
    public UInt128 Finish()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return Read(hash);
    }

    public static UInt128 Read(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt128LittleEndian(bytes);

    public static void Write(UInt128 checksum, Span<byte> bytes) => BinaryPrimitives.WriteUInt128LittleEndian(bytes, checksum);

    public void Dispose() => _hash.Dispose();
}
