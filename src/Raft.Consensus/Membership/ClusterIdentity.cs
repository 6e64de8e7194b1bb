using System.Globalization;

namespace Raft;

/// <summary>
/// Distinguishes clusters, even two of the same name: a hash of the cluster's name and the ids of its first members. A node accepts
/// nothing from another identity, so two nodes whose lists of first members differ never elect, replicate or truncate each other.
/// </summary>
/// <param name="Hash">128 bits of a hash of the cluster's name and the sorted ids of its first members.</param>
/// <param name="Generation">0 or more. Always 0 in this version.</param>
/// <remarks>A node computes it when it starts with an empty store, and keeps it in its log store from then on.</remarks>
public sealed record ClusterIdentity(UInt128 Hash, int Generation = 0)
{
    /// <summary>The identity in hexadecimal digits, with the generation if it is not 0.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        string hash = Hash.ToString("x32", CultureInfo.InvariantCulture);
        return Generation == 0 ? hash : string.Create(CultureInfo.InvariantCulture, $"{hash}/{Generation}");
    }
}
