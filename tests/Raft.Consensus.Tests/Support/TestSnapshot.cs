namespace Raft.Consensus.Tests.Support;

/// <summary>A snapshot as a host keeps it: some bytes that cover the log up to an index, and the time of the entry there.</summary>
internal sealed class TestSnapshot(
    long index, long term, byte[] content, DateTimeOffset time = default, ClusterConfiguration? configuration = null)
{
    public long Index { get; } = index;

    public long Term { get; } = term;

    public byte[] Content { get; } = content;

    public DateTimeOffset Time { get; } = time;

    /// <summary>The configuration in effect at its index; null if the log had none up to there.</summary>
    public ClusterConfiguration? Configuration { get; } = configuration;

    public SnapshotIdentity Identity { get; } = new(index, term, Checksum(content));

    /// <summary>The part of it that begins at an offset; null if nothing does.</summary>
    public SnapshotChunk? ChunkAt(long offset, int maximumBytes)
    {
        if (offset >= Content.Length)
        {
            return null;
        }

        int length = (int)Math.Min(maximumBytes, Content.Length - offset);
        byte[] header = offset == 0 ? Header() : [];
        return new SnapshotChunk(Identity, Content.Length, offset, header, Content.AsMemory((int)offset, length));
    }

    /// <summary>The time that the header of a snapshot's first chunk carries.</summary>
    public static DateTimeOffset TimeOf(ReadOnlyMemory<byte> header) => new(BitConverter.ToInt64(header.Span), TimeSpan.Zero);

    /// <summary>The configuration that the header of a snapshot's first chunk carries.</summary>
    public static ClusterConfiguration? ConfigurationOf(ReadOnlyMemory<byte> header) => header.Length == sizeof(long)
        ? null
        : ConfigurationEncoding.Decode(header[(2 * sizeof(long))..], BitConverter.ToInt64(header.Span[sizeof(long)..]));

    private byte[] Header() => Configuration is null
        ? BitConverter.GetBytes(Time.UtcTicks)
        :
        [
            .. BitConverter.GetBytes(Time.UtcTicks),
            .. BitConverter.GetBytes(Configuration.Index),
            .. ConfigurationEncoding.Encode(Configuration),
        ];

    public static UInt128 Checksum(ReadOnlySpan<byte> content)
    {
        UInt128 checksum = 17;
        foreach (byte value in content)
        {
            checksum = (checksum * 0x1_0000_01B3) + value + 1;
        }

        return checksum;
    }
}
