using KeyValueService.Server;
using Microsoft.Extensions.Configuration;
using Raft;

namespace KeyValueService.Tests.Server;

/// <summary>What a node needs to run, from the command line, a file or the environment.</summary>
public sealed class ServerSettingsTests
{
    private const string Members = "n1=10.0.0.1:7001,n2=10.0.0.2:7001,n3=10.0.0.3:7001";

    private readonly SortedDictionary<string, string?> _values = new(StringComparer.Ordinal)
    {
        [ServerSettings.NodeKey] = "n2",
        [ServerSettings.MembersKey] = Members,
        [ServerSettings.DataKey] = "data",
        [ServerSettings.HttpKey] = "0.0.0.0:8080",
    };

    [Fact]
    public void Read_CompleteSettings_DescribesTheNode()
    {
        ServerSettings settings = Read();

        Assert.Equal("n2", settings.Node);
        Assert.Equal("http://0.0.0.0:8080", settings.Url);
        Assert.Equal(Path.GetFullPath(Path.Combine("data", "n2")), settings.Data);
        Assert.Equal(
            ["n1 at 10.0.0.1:7001", "n2 at 10.0.0.2:7001", "n3 at 10.0.0.3:7001"],
            settings.Members.Select(static member => member.ToString()));
    }

    [Fact]
    public void Read_NoEndpoints_ExpectsEachMemberAtThePortOfThisNode() => Assert.Equal(
        ["http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080"], Read().Members.Select(UrlOf));

    [Fact]
    public void Read_SomeEndpoints_OverrideWhatFollowsFromTheMembers()
    {
        _values[ServerSettings.EndpointsKey] = "n3=https://kv.example.org/";

        Assert.Equal(
            ["http://10.0.0.1:8080", "http://10.0.0.2:8080", "https://kv.example.org"], Read().Members.Select(UrlOf));
    }

    [Fact]
    public void Read_MembersOfTheLibrarysSection_AreUsedWithTheirTags()
    {
        _values.Remove(ServerSettings.MembersKey);
        _values.Remove(ServerSettings.HttpKey);
        _values["Raft:Members:0:Id"] = "n1";
        _values["Raft:Members:0:Address"] = "10.0.0.1:7001";
        _values["Raft:Members:1:Id"] = "n2";
        _values["Raft:Members:1:Address"] = "10.0.0.2:7001";
        _values["Raft:Members:1:Tags:url"] = "http://10.0.0.2:81";
        _values["Raft:Members:2"] = "n3=10.0.0.3:7001";

        ServerSettings settings = Read();

        Assert.Equal("http://10.0.0.2:81", settings.Url);
        Assert.Equal(["http://10.0.0.1:81", "http://10.0.0.2:81", "http://10.0.0.3:81"], settings.Members.Select(UrlOf));
    }

    [Theory]
    [InlineData(ServerSettings.NodeKey, null, "--node n1")]
    [InlineData(ServerSettings.NodeKey, "n4", "Node 'n4' is not one of the members n1, n2, n3")]
    [InlineData(ServerSettings.DataKey, null, "--data DIR")]
    [InlineData(ServerSettings.DataKey, " ", "--data DIR")]
    [InlineData(ServerSettings.HttpKey, null, "--http HOST:PORT")]
    [InlineData(ServerSettings.HttpKey, "127.0.0.1:http", "not '127.0.0.1:http'")]
    [InlineData(ServerSettings.HttpKey, "127.0.0.1:0", "not '127.0.0.1:0'")]
    [InlineData(ServerSettings.MembersKey, null, "There are no members")]
    [InlineData(ServerSettings.MembersKey, "n1=10.0.0.1:7001,n2", "Member 'n2' needs an id and an address")]
    [InlineData(ServerSettings.MembersKey, "n1=10.0.0.1:7001,n2=10.0.0.2", "Member 'n2 at 10.0.0.2' needs")]
    [InlineData(ServerSettings.MembersKey, "n1=10.0.0.1:7001,n2=10.0.0.2:70010", "Member 'n2 at 10.0.0.2:70010' needs")]
    [InlineData(ServerSettings.MembersKey, "n2=10.0.0.1:7001,n2=10.0.0.2:7001", "Member 'n2' is listed 2 times")]
    [InlineData(ServerSettings.MembersKey, "n1=10.0.0.1:7001,n2=10.0.0.1:7002", "n1, n2 have the same HTTP address http://10.0.0.1:8080")]
    [InlineData(ServerSettings.EndpointsKey, "n1=http://10.0.0.3:8080", "n1, n3 have the same HTTP address http://10.0.0.3:8080")]
    [InlineData(ServerSettings.EndpointsKey, "n4=http://10.0.0.4:8080", "The endpoint 'n4' is not one of the members")]
    [InlineData(ServerSettings.EndpointsKey, "n1=10.0.0.1:8080", "The endpoint 'n1' needs the URL")]
    [InlineData(ServerSettings.CertificatesKey, "no-such-folder", "n2-key.pem' is missing")]
    public void Read_MissingOrWrongValue_IsNamed(string key, string? value, string named)
    {
        _values[key] = value;

        InvalidSettingsException refused = Assert.Throws<InvalidSettingsException>(() => Read());

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SeveralProblems_AreAllNamed()
    {
        _values.Clear();

        InvalidSettingsException refused = Assert.Throws<InvalidSettingsException>(() => Read());

        Assert.Equal(4, refused.Message.Split(Environment.NewLine).Length);
    }

    private static string UrlOf(RaftMember member) => member.Tags[MemberList.UrlTag];

    private ServerSettings Read() => ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(_values).Build());
}
