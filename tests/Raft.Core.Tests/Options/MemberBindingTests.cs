using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Raft.Tests.Hosting;

/// <summary>Members in configuration: as objects, as plain ids, or mixed.</summary>
public sealed class MemberBindingTests
{
    [Fact]
    public void Members_AsPlainIds_AreTaken() =>
        Assert.Equal(["n1", "n2", "n3"], Bind("""[ "n1", "n2", "n3" ]""").Select(member => member.Id));

    [Fact]
    public void Members_AsObjectsAndPlainIds_AreAllTaken()
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

        Assert.Contains(failures, failure => failure.StartsWith("Raft:n1: The id 'xxxxxxxxxxxxxxxxxxxx...' in Members has", StringComparison.Ordinal));
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

    private static IList<RaftMember> Bind(string members)
    {
        using IHost host = Host(members);
        return host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1").Members;
    }

    private static IEnumerable<string> Refuse(string members)
    {
        using IHost host = Host(members);
        return Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1")).Failures;
    }

    private static IHost Host(string members)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder($$"""{ "Raft": { "n1": { "Members": {{members}} } } }""");
        builder.Services.AddRaftNode("n1");
        return builder.Build();
    }
}
