namespace Raft;

/// <summary>Encodes a <see cref="ClusterConfiguration"/>, for an entry of the log and for a snapshot's header.</summary>
/// <remarks>
/// The page docs/wire-format.md describes the format. Extensions that this version does not know are preserved, unless their number says
/// that they must be understood.
/// </remarks>
internal static class ConfigurationEncoding
{
    private const byte Version = 1;
    private const ushort RequiredExtension = 0x8000;
    private const int SmallestString = sizeof(ushort);
    private const int SmallestMember = SmallestString + 2 + sizeof(uint);
    private const int StoreIdSize = 16;
    private const byte VoterRole = 1;
    private const byte OutgoingRole = 2;
    private const byte LearnerRole = 4;
    private const byte AddressFlag = 1;
    private const byte StoreFlag = 2;

    /// <summary>Encodes a configuration, without its index.</summary>
    /// <exception cref="ArgumentException">An address or a tag is too long, or not valid UTF-16.</exception>
    public static byte[] Encode(ClusterConfiguration configuration)
    {
        byte[] bytes = new byte[Measure(configuration)];
        MessageWriter writer = new(bytes);
        writer.WriteByte(Version);
        writer.WriteCount(configuration.Members.Count);
        foreach (RaftMember member in configuration.Members)
        {
            Write(ref writer, member, RolesOf(member, configuration));
        }

        writer.WriteBytes(configuration.Extensions.Span);
        return bytes;
    }

    /// <summary>Decodes a configuration, without its index.</summary>
    /// <param name="bytes">The bytes; extensions are slices of them.</param>
    /// <param name="configuration">The configuration; null if it cannot be decoded.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static string? TryDecode(ReadOnlyMemory<byte> bytes, out ClusterConfiguration? configuration)
    {
        MessageReader reader = new(bytes);
        configuration = Read(ref reader, bytes);
        return configuration is null ? reader.Problem : null;
    }

    /// <summary>Decodes the configuration in an entry of the log.</summary>
    /// <exception cref="UnsupportedEntryException">It cannot be decoded, or has parts that this version must not ignore.</exception>
    public static ClusterConfiguration Decode(ReadOnlyMemory<byte> bytes, long index) =>
        TryDecode(bytes, out ClusterConfiguration? configuration) is { } problem
            ? throw UnsupportedEntryException.OfConfiguration(index, problem)
            : configuration!.At(index);

    private static ClusterConfiguration? Read(ref MessageReader reader, ReadOnlyMemory<byte> bytes)
    {
        if (reader.ReadByte("version") is byte version && version != Version)
        {
            reader.Fail(0, $"its format is version {version}, and this node reads version {Version}");
        }

        List<RaftMember> voters = [];
        List<RaftMember> outgoing = [];
        List<RaftMember> learners = [];
        NodeId last = default;
        for (int left = reader.ReadCount(SmallestMember, "number of members"); left > 0 && !reader.Failed; left--)
        {
            int start = reader.Position;
            (RaftMember? member, byte roles) = ReadMember(ref reader);
            if (member is null)
            {
                return null;
            }

            if (member.NodeId <= last || roles is 0 or > (OutgoingRole | LearnerRole) or (VoterRole | LearnerRole))
            {
                reader.Fail(start, $"member '{member.Id}' is out of order, or has the roles {roles}");
                return null;
            }

            last = member.NodeId;
            AddTo(voters, VoterRole);
            AddTo(outgoing, OutgoingRole);
            AddTo(learners, LearnerRole);

            void AddTo(List<RaftMember> members, byte role)
            {
                if ((roles & role) != 0)
                {
                    members.Add(member);
                }
            }
        }

        int extensions = reader.Position;
        SkipExtensions(ref reader);
        if (!reader.Failed && voters.Count == 0)
        {
            reader.Fail(0, "it has no voters");
        }

        return reader.Failed ? null : new ClusterConfiguration(voters, outgoing, learners).WithExtensions(bytes[extensions..]);
    }

    private static (RaftMember? Member, byte Roles) ReadMember(ref MessageReader reader)
    {
        NodeId id = reader.ReadNodeId("id of a member");
        byte roles = reader.ReadByte("roles of a member");
        byte flags = reader.ReadByte("flags of a member");
        if (flags > (AddressFlag | StoreFlag))
        {
            reader.Fail(reader.Position - 1, $"the flags of a member are {flags}, which this node does not know");
        }

        string? address = (flags & AddressFlag) != 0 ? reader.ReadString("address of a member") : null;
        Guid? store = (flags & StoreFlag) != 0 ? reader.ReadGuid("store id of a member") : null;
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

        return reader.Failed ? default : (new RaftMember(id, address) { Tags = tags, StoreId = store }, roles);
    }

    private static void SkipExtensions(ref MessageReader reader)
    {
        while (!reader.Failed && reader.Remaining > 0)
        {
            int start = reader.Position;
            ushort number = reader.ReadUInt16("number of an extension");
            _ = reader.ReadData("length of an extension");
            if (number >= RequiredExtension)
            {
                reader.Fail(start, $"it has the extension {number}, which this version does not implement and must not ignore");
            }
        }
    }

    private static byte RolesOf(RaftMember member, ClusterConfiguration configuration)
    {
        int roles = Role(configuration.Voters, VoterRole)
            | Role(configuration.OutgoingVoters, OutgoingRole)
            | Role(configuration.Learners, LearnerRole);
        return (byte)roles;

        int Role(IReadOnlyList<RaftMember> members, byte role) => members.Any(other => other.Id == member.Id) ? role : 0;
    }

    private static void Write(ref MessageWriter writer, RaftMember member, byte roles)
    {
        writer.WriteString(member.Id);
        writer.WriteByte(roles);
        writer.WriteByte((byte)((member.Address is null ? 0 : AddressFlag) | (member.StoreId is null ? 0 : StoreFlag)));
        if (member.Address is not null)
        {
            writer.WriteString(member.Address);
        }

        if (member.StoreId is { } store)
        {
            writer.WriteGuid(store);
        }

        writer.WriteCount(member.Tags.Count);
        foreach ((string name, string value) in member.Tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name);
            writer.WriteString(value);
        }
    }

    private static int Measure(ClusterConfiguration configuration)
    {
        int size = sizeof(byte) + sizeof(uint) + configuration.Extensions.Length;
        foreach (RaftMember member in configuration.Members)
        {
            size += MessageWriter.Measure(member.Id, "id of a member") + (2 * sizeof(byte)) + sizeof(uint);
            size += member.Address is null ? 0 : MessageWriter.Measure(member.Address, "address of a member");
            size += member.StoreId is null ? 0 : StoreIdSize;
            size += member.Tags.Sum(
                static tag => MessageWriter.Measure(tag.Key, "name of a tag") + MessageWriter.Measure(tag.Value, "value of a tag"));
        }

        return size;
    }
}
