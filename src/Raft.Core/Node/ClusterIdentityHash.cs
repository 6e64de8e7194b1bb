using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Raft;

/// <summary>Computes the identity of a cluster from its name and its first members.</summary>
internal static class ClusterIdentityHash
{
    /// <summary>
    /// The first 128 bits of SHA-256 over the name and the sorted ids, each with its length in front, so that no two lists are the same
    /// sequence of bytes.
    /// </summary>
    public static ClusterIdentity Compute(string clusterId, IEnumerable<NodeId> firstMembers)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, clusterId);
        foreach (NodeId member in firstMembers.Order())
        {
            Append(hash, member.Value);
        }

        return new ClusterIdentity(BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset()));
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        hash.AppendData(length);
        hash.AppendData(utf8);
    }
}
