using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Raft.Chaos;

/// <summary>The entries of a log, each as a hash of what <c>raft log dump --json</c> prints for it.</summary>
internal sealed class DumpedLog : TextWriter
{
    private readonly SortedDictionary<long, UInt128> _entries = [];

    public override Encoding Encoding => Encoding.UTF8;

    public int Count => _entries.Count;

    /// <summary>Receives a line, which is an entry.</summary>
    public override void WriteLine(string? value)
    {
        byte[] line = Encoding.GetBytes(value!);
        Utf8JsonReader reader = new(line);
        reader.Read();
        reader.Read();
        reader.Read(); // the index comes first
        _entries.Add(reader.GetInt64(), BitConverter.ToUInt128(SHA256.HashData(line)));
    }

    /// <summary>The first index at which two logs differ, where both have an entry.</summary>
    /// <param name="other">The other log.</param>
    /// <param name="throughIndex">The last index that is compared.</param>
    public long? FindDifference(DumpedLog other, long throughIndex)
    {
        foreach ((long index, UInt128 hash) in _entries)
        {
            if (index <= throughIndex && other._entries.TryGetValue(index, out UInt128 otherHash) && hash != otherHash)
            {
                return index;
            }
        }

        return null;
    }

    /// <summary>How many indexes both logs have.</summary>
    public int CountCommon(DumpedLog other) => _entries.Keys.Count(other._entries.ContainsKey);
}
