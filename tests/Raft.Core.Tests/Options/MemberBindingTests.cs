using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace Raft.Tests.Hosting;

/// <summary>Members in configuration: as objects, as plain ids, or mixed.</summary>
public sealed class MemberBindingTests
{
    [Fact]
    public void Members_AsPlainIds_AreAccepted() =>
        Assert.Equal(["n1", "n2", "n3"], Bind("""[ "n1", "n2", "n3" ]""").Select(member => member.Id));

    [Fact]
    public void Members_AsObjectsAndPlainIds_AreAllAccepted()
    {
        IList<RaftMember> members = Bind("""[ "n1", { "Id": "n2", "Address": "two:2", "Tags": { "zone": "b" } }, "n3" ]""");

        Assert.Equal(["n1", "n2", "n3"], members.Select(member => member.Id).Order());
        RaftMember second = members.Single(member => member.Id == "n2");
        Assert.Equal("two:2", second.Address);
        Assert.Equal("b", second.Tags["zone"]);
    }

    [Theory]
    [InlineData("""[ "n1", "n2", "n2" ]""")]
    [InlineData("""[ "n1", { "Id": "n2" }, "n2" ]""")]
    public void Members_WithAnIdTwice_AreRefused(string members) =>
        Assert.Contains("Raft:n1: Member 'n2' is listed 2 times in Members: every id must be unique.", Refuse(members));

    [Fact]
    public void Members_WithATooLongPlainId_AreRefusedWithEverythingElse()
    {
        string id = new('x', NodeId.MaximumLength + 1);

        IEnumerable<string> failures = Refuse($$"""[ "{{id}}" ]""");

        Assert.Contains(
            failures, failure => failure.StartsWith("Raft:n1: The id 'xxxxxxxxxxxxxxxxxxxx...' in Members has", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.StartsWith("Raft:n1: Node 'n1' is not among the Members", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""[ "n1", "" ]""")]
    [InlineData("""[ "n1", null ]""")]
    [InlineData("""[ "n1", { } ]""")]
    [InlineData("""[ "n1", { "Address": "two:2" } ]""")]
    public void Members_WithOneThatHasNoId_AreRefused(string members) =>
        Assert.Contains("Raft:n1: A member in Members has no id: set RaftMember.Id of each.", Refuse(members));

    [Theory]
    [InlineData("null")]
    [InlineData("[ ]")]
    [InlineData("\"\"")]
    public void NoMembers_AreRefused(string members) =>
        Assert.Contains(Refuse(members), failure => failure.StartsWith("Raft:n1: Members is ", StringComparison.Ordinal));

    [Fact]
    public void Members_InTheSharedSection_AreThoseOfEveryNamedNode()
    {
        using IHost host = InMemoryHost.FromJson(
            """
            {
              "Raft": {
                "NodeId": "n9",
                "Members": [ "n1", { "Id": "n2" } ],
                "PreVote": false,
                "n2": { "ShutdownTimeout": "00:00:01" }
              }
            }
            """,
            "n1",
            "n2");
        IOptionsMonitor<RaftNodeOptions> options = host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>();

        Assert.All(["n1", "n2"], name => Assert.Equal(["n1", "n2"], options.Get(name).Members.Select(member => member.Id).Order()));
        Assert.All(["n1", "n2"], name => Assert.False(options.Get(name).PreVote));
        // That of the section is the unnamed node's.
        Assert.Equal(["n1", "n2"], new[] { "n1", "n2" }.Select(name => options.Get(name).NodeId));
        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1)), (options.Get("n1").ShutdownTimeout, options.Get("n2").ShutdownTimeout));
    }

    [Fact]
    public void Members_OfItsOwn_ReplaceTheSharedOnes()
    {
        using IHost host =
            InMemoryHost.FromJson("""{ "Raft": { "Members": [ "n1", "n2", "n3" ], "n1": { "Members": [ "n1" ] } } }""", "n1");

        Assert.Equal(
            ["n1"], host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1").Members.Select(member => member.Id));
    }

    /// <summary>
    /// Sources are merged by position, and the later of the two cannot be determined: accepting both would silently make a larger cluster.
    /// </summary>
    [Fact]
    public void MemberThatIsAnObjectInOneSourceAndAPlainIdInAnother_IsRefused()
    {
        HostApplicationBuilder builder =
            InMemoryHost.Builder("""{ "Raft": { "Members": [ { "Id": "n1" }, { "Id": "n2" }, { "Id": "n3" } ] } }""");
        builder.Configuration.AddInMemoryCollection([new("Raft:Members:2", "n4")]);
        builder.Services.AddRaftNode("n1");
        using IHost host = builder.Build();

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            () => host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1"));

        Assert.Contains(
            "Raft:n1: Raft:Members:2 is the plain id 'n4' in one configuration source and an object in another: "
            + "use the same form in all sources.",
            error.Failures);
    }

    [Fact]
    public void NoMembers_InASectionThatExists_NamesWhatItHas()
    {
        using IHost host = InMemoryHost.FromJson("""{ "Raft": { "n2": { "Members": [ "n2" ] } } }""", "n1");

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            () => host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1"));

        Assert.Contains("Raft:n1: Section Raft of the configuration has n2.", error.Failures);
    }

    [Fact]
    public void NoSectionForAnyNode_IsReported()
    {
        using IHost host = InMemoryHost.FromJson("""{ "Rafft": { "Members": [ "n1" ] } }""", "n1");

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(
            () => host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1"));

        Assert.Contains(
            "Raft:n1: The configuration has no section Raft and no section Raft:n1: check its spelling, "
            + "and that its file is in the folder that the program reads.",
            error.Failures);
    }

    [Fact]
    public void UnusedKeys_AreLoggedOnce()
    {
        using FakeLoggerProvider log = new();
        HostApplicationBuilder builder = InMemoryHost.Builder(
            """
            {
              "Raft": {
                "Members": [ "n1", "n2" ],
                "HartbeatInterval": "00:00:01",
                "Tcp": { "Listen": "localhost:1" },
                "n2": { "ShutdownTimeOut": "00:00:01", "Shutdown": "00:00:01", "Tcp": { "Listen": "localhost:2" } }
              }
            }
            """);
        builder.Logging.AddProvider(log);
        builder.Services.AddRaftNode("n1");
        builder.Services.AddRaftNode("n2");
        using IHost host = builder.Build();
        IOptionsMonitor<RaftNodeOptions> options = host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>();
        options.Get("n1");
        options.Get("n2");

        Assert.Equal(
            ["Raft:HartbeatInterval", "Raft:n2:Shutdown", "Raft:n2:Tcp"],
            log.Collector.GetSnapshot()
                .Where(record => record.Id.Id == 204)
                .Select(record => record.GetStructuredStateValue("Key"))
                .Order());
    }

    private static IList<RaftMember> Bind(string members)
    {
        using IHost host = Host(members);
        return host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1").Members;
    }

    private static IEnumerable<string> Refuse(string members)
    {
        using IHost host = Host(members);
        return Assert.Throws<OptionsValidationException>(
            () => host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1")).Failures;
    }

    private static IHost Host(string members) => InMemoryHost.FromJson($$"""{ "Raft": { "n1": { "Members": {{members}} } } }""", "n1");
}
