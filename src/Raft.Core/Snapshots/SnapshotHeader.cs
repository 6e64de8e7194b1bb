namespace Raft;

/// <summary>The data that a node keeps in a snapshot in addition to the state, and sends with it.</summary>
/// <param name="ClusterId">The cluster whose state it is. A snapshot of another cluster is refused.</param>
/// <param name="LastIncludedTime">The time of the last entry that the snapshot covers. No later entry has an earlier time.</param>
/// <param name="Members">The members of the cluster at that entry (section 7: the latest configuration).</param>
/// <param name="Sessions">The client sessions at that entry. Empty, since sessions do not exist yet.</param>
internal sealed record SnapshotHeader(
    string ClusterId, DateTimeOffset LastIncludedTime, IReadOnlyList<RaftMember> Members, ReadOnlyMemory<byte> Sessions)
{
    private const byte Version = 2;
    private const int SmallestString = sizeof(ushort);
    private const int SmallestMember = (2 * SmallestString) + sizeof(uint) + 1;

    /// <summary>
    /// Encodes it: version, cluster id, time, members, sessions. Numbers are little-endian with fixed width, as in messages.
    /// </summary>
    public byte[] Write()
    {
        byte[] bytes = new byte[Measure()];
        MessageWriter writer = new(bytes);
        writer.WriteByte(Version);
        writer.WriteString(ClusterId);
        writer.WriteInt64(LastIncludedTime.UtcTicks);
        writer.WriteCount(Members.Count);
        foreach (RaftMember member in Members)
        {
            writer.WriteString(member.Id);
            writer.WriteByte(member.Address is null ? (byte)0 : (byte)1);
            writer.WriteString(member.Address ?? string.Empty);
            writer.WriteCount(member.Tags.Count);
            foreach ((string name, string value) in member.Tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal))
            {
                writer.WriteString(name);
                writer.WriteString(value);
            }
        }

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
        int timeAt = reader.Position;
        long ticks = reader.ReadInt64("time");
        if (ticks > DateTimeOffset.MaxValue.UtcTicks)
        {
            reader.Fail(timeAt, $"its time is {ticks} ticks, beyond the year 9999");
        }

        RaftMember[] members = new RaftMember[reader.ReadCount(SmallestMember, "number of members")];
        for (int i = 0; i < members.Length && !reader.Failed; i++)
        {
            members[i] = ReadMember(ref reader);
        }

        ReadOnlyMemory<byte> sessions = reader.ReadData("length of the sessions");
        reader.ReadEnd();
        return reader.Failed
            ? throw new StorageCorruptedException(
                $"The header of a snapshot cannot be read: {reader.Problem}. If the snapshot is in this node's store, restore it "
                + "from a copy. Without a copy, empty the node's stores and start it while all other nodes run: the leader sends it "
                + "everything. If a leader has sent the snapshot, check the leader's store.")
            : new SnapshotHeader(clusterId, new DateTimeOffset(ticks, TimeSpan.Zero), members, sessions);
    }

    private static RaftMember ReadMember(ref MessageReader reader)
    {
        NodeId id = reader.ReadNodeId("id of a member");
        byte hasAddress = reader.ReadByte("mark of an address");
        string address = reader.ReadString("address of a member");
        if (hasAddress > 1 || (hasAddress == 0 && address.Length > 0))
        {
            reader.Fail(reader.Position, "the address of a member contradicts its mark");
        }

        SortedDictionary<string, string> tags = new(StringComparer.Ordinal);
        string? last = null;
        for (int left = reader.ReadCount(2 * SmallestString, "number of tags"); left > 0 && !reader.Failed; left--)
        {
            string name = reader.ReadString("name of a tag");
            if (last is not null && string.CompareOrdinal(last, name) >= 0)
            {
                reader.Fail(reader.Position, "the tags of a member are not in order");
            }

            tags[name] = reader.ReadString("value of a tag");
            last = name;
        }

        return new RaftMember { Id = id.Value, Address = hasAddress == 0 ? null : address, Tags = tags };
    }

    private int Measure()
    {
        int size = sizeof(byte) + MessageWriter.Measure(ClusterId, "cluster id") + sizeof(long) + (2 * sizeof(uint)) + Sessions.Length;
        foreach (RaftMember member in Members)
        {
            size += MessageWriter.Measure(member.Id, "id of a member") + sizeof(byte);
            size += MessageWriter.Measure(member.Address ?? string.Empty, "address of a member") + sizeof(uint);
            size += member.Tags.Sum(
                static tag => MessageWriter.Measure(tag.Key, "name of a tag") + MessageWriter.Measure(tag.Value, "value of a tag"));
        }

        return size;
    }
}
