namespace Raft;

/// <summary>The data that a node keeps in a snapshot in addition to the state, and sends with it.</summary>
/// <param name="ClusterId">The cluster whose state it is. A snapshot of another cluster is refused.</param>
/// <param name="Identity">The identity of that cluster.</param>
/// <param name="LastIncludedTime">The time of the last entry that the snapshot covers. No later entry has an earlier time.</param>
/// <param name="Configuration">The configuration that was in effect at that entry (section 7: the latest configuration).</param>
/// <param name="Sessions">The client sessions at that entry. Empty, since sessions do not exist yet.</param>
internal sealed record SnapshotHeader(
    string ClusterId,
    ClusterIdentity Identity,
    DateTimeOffset LastIncludedTime,
    ClusterConfiguration Configuration,
    ReadOnlyMemory<byte> Sessions)
{
    private const byte Version = 3;
    private const int IdentitySize = 20;

    /// <summary>Encodes it, as docs/wire-format.md describes.</summary>
    public byte[] Write()
    {
        byte[] configuration = ConfigurationEncoding.Encode(Configuration);
        int size = sizeof(byte) + MessageWriter.Measure(ClusterId, "cluster id") + IdentitySize + (2 * sizeof(long)) + (2 * sizeof(uint));
        byte[] bytes = new byte[size + configuration.Length + Sessions.Length];
        MessageWriter writer = new(bytes);
        writer.WriteByte(Version);
        writer.WriteString(ClusterId);
        writer.WriteUInt128(Identity.Hash);
        writer.WriteCount(Identity.Generation);
        writer.WriteInt64(LastIncludedTime.UtcTicks);
        writer.WriteInt64(Configuration.Index);
        writer.WriteCount(configuration.Length);
        writer.WriteBytes(configuration);
        writer.WriteCount(Sessions.Length);
        writer.WriteBytes(Sessions.Span);
        return bytes;
    }

    /// <summary>Decodes it.</summary>
    /// <exception cref="StorageCorruptedException">The bytes are not a header.</exception>
    public static SnapshotHeader Read(ReadOnlyMemory<byte> bytes)
    {
        MessageReader reader = new(bytes);
        if (reader.ReadByte("version") is byte version && version != Version)
        {
            reader.Fail(0, $"its format is version {version}, and this node reads version {Version}");
        }

        string clusterId = reader.ReadString("cluster id");
        ClusterIdentity identity = new(reader.ReadUInt128("identity of the cluster"), reader.ReadInt32("generation of the cluster"));
        int timeAt = reader.Position;
        long ticks = reader.ReadInt64("time");
        if (ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            reader.Fail(timeAt, $"its time is {ticks} ticks, beyond the year 9999");
        }

        ClusterConfiguration? configuration = ReadConfiguration(ref reader);
        ReadOnlyMemory<byte> sessions = reader.ReadData("length of the sessions");
        reader.ReadEnd();
        return reader.Failed || configuration is null
            ? throw new StorageCorruptedException(
                $"The header of a snapshot cannot be read: {reader.Problem}. If the snapshot is in this node's store, restore it "
                + "from a copy. Without a copy, empty the node's stores and start it while all other nodes run: the leader sends it "
                + "everything. If a leader has sent the snapshot, check the leader's store.")
            : new SnapshotHeader(clusterId, identity, new DateTimeOffset(ticks, TimeSpan.Zero), configuration, sessions);
    }

    private static ClusterConfiguration? ReadConfiguration(ref MessageReader reader)
    {
        long index = reader.ReadInt64("index of the configuration");
        int start = reader.Position;
        ReadOnlyMemory<byte> encoded = reader.ReadData("length of the configuration");
        if (reader.Failed)
        {
            return null;
        }

        if (ConfigurationEncoding.TryDecode(encoded, out ClusterConfiguration? configuration) is { } problem)
        {
            reader.Fail(start, $"its configuration cannot be read: {problem}");
        }

        return configuration?.At(index);
    }
}
