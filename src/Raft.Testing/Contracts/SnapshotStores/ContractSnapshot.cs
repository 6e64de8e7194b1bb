namespace Raft.Testing;

/// <summary>
/// A snapshot for the clauses of <see cref="SnapshotStoreContract"/>: its bytes depend on the snapshot and on their position, so
/// that bytes that are mixed up, missing or moved are detected.
/// </summary>
internal sealed class ContractSnapshot
{
    public ContractSnapshot(long index, int length, long term = 3, int headerLength = 20)
    {
        Index = index;
        Term = term;
        Header = Bytes(headerLength, seed: (int)index + 1);
        Content = Bytes(length, seed: (int)index + 2);
    }

    public long Index { get; }

    public long Term { get; }

    public byte[] Header { get; }

    public byte[] Content { get; }

    public override string ToString() =>
        $"the snapshot up to index {Index} of term {Term}, header of {Header.Length} bytes, content of {Content.Length}";

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((i * 31) ^ (i >> 8) ^ (i >> 16) ^ (seed * 7));
        }

        return bytes;
    }
}
