using System.Text;

namespace Raft.Consensus.Tests.Membership;

/// <summary>The encoding of a configuration, which logs and snapshots keep for years.</summary>
public sealed class ConfigurationEncodingTests
{
    private static readonly Guid Store = new("00112233-4455-6677-8899-aabbccddeeff");

    [Fact]
    public void Encode_AConfiguration_IsTheseBytes()
    {
        ClusterConfiguration configuration = new(
            [new RaftMember("b", "h:1") { StoreId = Store, Tags = { ["y"] = "2", ["x"] = "" } }, "c"], ["c"], ["a"]);

        string golden =
            "01" + "03000000"
            + "0100" + "61" + "04" + "00" + "00000000"
            + "0100" + "62" + "01" + "03" + "0300" + "683A31" + "33221100554477668899AABBCCDDEEFF" + "02000000"
            + "0100" + "78" + "0000" + "0100" + "79" + "0100" + "32"
            + "0100" + "63" + "03" + "00" + "00000000";
        Assert.Equal(golden, Convert.ToHexString(ConfigurationEncoding.Encode(configuration)));
    }

    [Fact]
    public void Decode_OfRandomConfigurations_GivesThemBack()
    {
        Random random = new(1);
        for (int i = 0; i < 2_000; i++)
        {
            ClusterConfiguration configuration = AnyConfiguration(random);
            byte[] bytes = ConfigurationEncoding.Encode(configuration);

            ClusterConfiguration decoded = ConfigurationEncoding.Decode(bytes, index: 7);

            Assert.Equal(configuration.At(7), decoded);
            Assert.Equal(bytes, ConfigurationEncoding.Encode(decoded));
        }
    }

    [Fact]
    public void Decode_CutAnywhere_IsRefused()
    {
        byte[] bytes = ConfigurationEncoding.Encode(AnyConfiguration(new Random(5)));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.NotNull(ConfigurationEncoding.TryDecode(bytes.AsMemory(0, length), out ClusterConfiguration? decoded));
            Assert.Null(decoded);
        }
    }

    /// <summary>A changed byte is refused with a problem or is another configuration, which is encoded in the same bytes.</summary>
    [Fact]
    public void Decode_OfChangedBytes_NeverThrows()
    {
        Random random = new(2);
        for (int round = 0; round < 20; round++)
        {
            byte[] bytes = ConfigurationEncoding.Encode(AnyConfiguration(random));
            for (int position = 0; position < bytes.Length; position++)
            {
                byte[] changed = [.. bytes];
                changed[position] ^= (byte)(1 << random.Next(8));
                if (ConfigurationEncoding.TryDecode(changed, out ClusterConfiguration? decoded) is null)
                {
                    Assert.Equal(changed, ConfigurationEncoding.Encode(decoded!));
                }
            }
        }
    }

    [Fact]
    public void Decode_OfRandomBytes_NeverThrows()
    {
        Random random = new(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            bytes.AsSpan(0, Math.Min(5, bytes.Length)).Clear();
            if (bytes.Length > 1)
            {
                (bytes[0], bytes[1]) = (1, (byte)random.Next(3));
            }

            _ = ConfigurationEncoding.TryDecode(bytes, out _);
        }
    }

    [Theory]
    [InlineData("0100" + "00000000")] // the highest number that need not be understood: 0x7FFF, and the lowest: 1
    [InlineData("FF7F" + "03000000" + "AABBCC")]
    [InlineData("0100" + "00000000" + "FF7F" + "01000000" + "00")]
    public void Decode_UnknownOptionalExtensions_PreservesThem(string extensions)
    {
        byte[] bytes = [.. ConfigurationEncoding.Encode(new ClusterConfiguration(["a", "b"])), .. Convert.FromHexString(extensions)];

        ClusterConfiguration decoded = ConfigurationEncoding.Decode(bytes, index: 3);

        Assert.True(decoded.HasSameMembers(new ClusterConfiguration(["a", "b"])));
        Assert.Equal(bytes, ConfigurationEncoding.Encode(decoded));
        Assert.Equal(bytes, ConfigurationEncoding.Encode(decoded.At(9)));
    }

    [Theory]
    [InlineData("0080" + "00000000", 32768)]
    [InlineData("FFFF" + "01000000" + "00", 65535)]
    [InlineData("0100" + "00000000" + "0180" + "00000000", 32769)]
    public void Decode_UnknownRequiredExtension_IsRefused(string extensions, int number)
    {
        byte[] bytes = [.. ConfigurationEncoding.Encode(new ClusterConfiguration(["a"])), .. Convert.FromHexString(extensions)];

        string? problem = ConfigurationEncoding.TryDecode(bytes, out ClusterConfiguration? decoded);

        Assert.Contains($"extension {number}", problem, StringComparison.Ordinal);
        Assert.Null(decoded);
        UnsupportedEntryException refusal =
            Assert.Throws<UnsupportedEntryException>(() => ConfigurationEncoding.Decode(bytes, index: 12));
        Assert.Contains("Entry 12", refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("0100" + "01")] // within the length
    [InlineData("0100" + "02000000" + "00")] // longer than what is left
    [InlineData("01")]
    public void Decode_CutExtension_IsRefused(string extensions)
    {
        byte[] bytes = [.. ConfigurationEncoding.Encode(new ClusterConfiguration(["a"])), .. Convert.FromHexString(extensions)];

        Assert.NotNull(ConfigurationEncoding.TryDecode(bytes, out _));
    }

    [Theory]
    [InlineData(2, "b", 1, "a", 1)] // not in order
    [InlineData(2, "a", 1, "a", 1)] // twice
    [InlineData(2, "a", 1, "a", 4)] // twice, in roles that contradict each other
    [InlineData(1, "a", 0, "", 0)] // no role
    [InlineData(1, "a", 2, "", 0)] // no voter
    [InlineData(1, "a", 4, "", 0)]
    [InlineData(1, "a", 5, "", 0)] // voter and learner
    [InlineData(1, "a", 7, "", 0)]
    [InlineData(1, "a", 8, "", 0)] // a role of a later version
    [InlineData(1, "", 1, "", 0)] // no id
    [InlineData(0, "", 0, "", 0)] // no members
    public void Decode_MembersThatContradictEachOther_AreRefused(int count, string first, byte firstRoles, string second, byte secondRoles)
    {
        byte[] bytes =
        [
            1, .. BitConverter.GetBytes(count),
            .. count > 0 ? Member(first, firstRoles) : [],
            .. count > 1 ? Member(second, secondRoles) : [],
        ];

        Assert.NotNull(ConfigurationEncoding.TryDecode(bytes, out ClusterConfiguration? decoded));
        Assert.Null(decoded);
    }

    [Fact]
    public void Decode_OtherVersionOrFlags_IsRefused()
    {
        byte[] bytes = ConfigurationEncoding.Encode(new ClusterConfiguration(["a"]));
        byte[] later = [2, .. bytes[1..]];
        byte[] flagged = [.. bytes];
        flagged[9] = 4;

        Assert.Contains("version 2", ConfigurationEncoding.TryDecode(later, out _), StringComparison.Ordinal);
        Assert.Contains("flags", ConfigurationEncoding.TryDecode(flagged, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_MoreMembersThanBytes_IsRefusedBeforeMemoryIsTaken()
    {
        byte[] bytes = [1, 0xFF, 0xFF, 0xFF, 0x7F, .. new byte[20]];

        Assert.Contains("number of members", ConfigurationEncoding.TryDecode(bytes, out _), StringComparison.Ordinal);
    }

    private static byte[] Member(string id, byte roles) =>
        [.. BitConverter.GetBytes((ushort)id.Length), .. Encoding.UTF8.GetBytes(id), roles, 0, 0, 0, 0, 0];

    private static ClusterConfiguration AnyConfiguration(Random random)
    {
        List<RaftMember> voters = [AnyMember(random, "always")];
        List<RaftMember> outgoing = [];
        List<RaftMember> learners = [];
        for (int i = random.Next(100) == 0 ? 150 : random.Next(8); i > 0; i--)
        {
            RaftMember member = AnyMember(random, $"{(char)random.Next('A', 'z')}é{i}");
            int roles = random.Next(5);
            AddIf(voters, roles is 0 or 1);
            AddIf(outgoing, roles is 1 or 2 or 3);
            AddIf(learners, roles is 3 or 4);

            void AddIf(List<RaftMember> members, bool isOne)
            {
                if (isOne)
                {
                    members.Add(member);
                }
            }
        }

        ClusterConfiguration configuration = new(voters, outgoing, learners);
        return random.Next(3) > 0
            ? configuration
            : configuration.WithExtensions(new byte[] { 9, 0, 2, 0, 0, 0, (byte)random.Next(256), 0 });
    }

    private static RaftMember AnyMember(Random random, string id)
    {
        byte[] store = new byte[16];
        random.NextBytes(store);
        RaftMember member = new(id, random.Next(2) == 0 ? null : $"host-{random.Next()}")
        {
            StoreId = random.Next(2) == 0 ? null : new Guid(store),
        };
        for (int i = random.Next(4); i > 0; i--)
        {
            member.Tags[$"tag {random.Next(20)}"] = new string('v', random.Next(20));
        }

        return member;
    }
}
