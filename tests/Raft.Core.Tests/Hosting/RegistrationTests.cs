using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>What AddRaftNode registers, and under which names.</summary>
public sealed class RegistrationTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public async Task UnnamedNode_IsInjectedWithoutAKey()
    {
        _services.AddRaftNode(options => (options.NodeId, options.Members) = ("n1", ["n1"]));
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Equal("n1", provider.GetRequiredService<RaftNode>().Id);
        Assert.Same(provider.GetRequiredService<RaftNode>(), provider.GetRequiredService<RaftNode>());
        Assert.NotNull(provider.GetRequiredService<IProposer<string, long>>());
        Assert.NotNull(provider.GetRequiredService<StringLog>());
    }

    [Fact]
    public async Task NamedNode_ItsNameIsItsKeyItsOptionsNameAndItsId()
    {
        _services.AddRaftNode("n1", options => options.Members = ["n1"]);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Equal("n1", provider.GetRequiredKeyedService<RaftNode>("n1").Id);
        Assert.NotNull(provider.GetRequiredKeyedService<IProposer<string, long>>("n1"));
        Assert.NotNull(provider.GetRequiredKeyedService<StringLog>("n1"));
        Assert.Equal("n1", provider.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get("n1").NodeId);
    }

    [Fact]
    public async Task NamedNode_WithAnIdOfItsOwn_KeepsTheNameAsItsKey()
    {
        _services.AddRaftNode("orders-n1", options => (options.NodeId, options.Members) = ("n1", ["n1"]));
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Equal("n1", provider.GetRequiredKeyedService<RaftNode>("orders-n1").Id);
    }

    [Fact]
    public async Task OnlyNamedNode_IsInjectedWithoutAKeyToo()
    {
        _services.AddRaftNode("n1", options => options.Members = ["n1"]);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredKeyedService<RaftNode>("n1"), provider.GetRequiredService<RaftNode>());
        Assert.Same(provider.GetRequiredKeyedService<StringLog>("n1"), provider.GetRequiredService<StringLog>());
        Assert.Same(
            provider.GetRequiredKeyedService<IProposer<string, long>>("n1"), provider.GetRequiredService<IProposer<string, long>>());
    }

    [Fact]
    public async Task SeveralNodes_RequestedWithoutAKey_NameTheChoices()
    {
        AddTwo();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException node = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<RaftNode>());
        InvalidOperationException proposer = Assert.Throws<InvalidOperationException>(
            () => provider.GetRequiredService<IProposer<string, long>>());

        Assert.Equal(
            "RaftNode was requested without a key, but the Raft nodes 'n1', 'n2' each have one. "
            + "Use the name of a node as the key, such as [FromKeyedServices(\"n1\")].",
            node.Message);
        Assert.StartsWith(
            "IProposer<String, Int64> was requested without a key, but the Raft nodes 'n1', 'n2' each have one",
            proposer.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralNodes_WithDifferentStateMachines_EachFoundWithoutAKey()
    {
        _services.AddRaftNode("n1", options => options.Members = ["n1"]);
        _services.AddRaftNode("n2", options => options.Members = ["n2"]).UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredKeyedService<StringLog>("n1"), provider.GetRequiredService<StringLog>());
        Assert.Same(provider.GetRequiredKeyedService<Account>("n2"), provider.GetRequiredService<Account>());
        Assert.NotNull(provider.GetRequiredService<IProposer<Transfer, Balance>>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnnamedAndNamedNode_WithoutAKey_ResolvesTheUnnamedOne(bool unnamedFirst)
    {
        void AddUnnamed() => _services.AddRaftNode(options => (options.NodeId, options.Members) = ("u1", ["u1"]));
        if (unnamedFirst)
        {
            AddUnnamed();
        }

        _services.AddRaftNode("n1", options => options.Members = ["n1"]);
        if (!unnamedFirst)
        {
            AddUnnamed();
        }

        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Equal("u1", provider.GetRequiredService<RaftNode>().Id);
        Assert.Equal("n1", provider.GetRequiredKeyedService<RaftNode>("n1").Id);
        Assert.NotSame(provider.GetRequiredService<StringLog>(), provider.GetRequiredKeyedService<StringLog>("n1"));
        Assert.Single(provider.GetServices<RaftNode>());
    }

    [Fact]
    public void SameNameTwice_IsRefused()
    {
        _services.AddRaftNode("n1");

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => _services.AddRaftNode("n1"));

        Assert.Equal("A Raft node named 'n1' is registered already: give each node of a host its own name.", error.Message);
    }

    [Fact]
    public void SecondUnnamedNode_IsRefused()
    {
        _services.AddRaftNode();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => _services.AddRaftNode());

        Assert.Equal(
            "A Raft node without a name is registered already: give each node of a host a name, AddRaftNode(\"n1\").",
            error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void BlankName_IsRefused(string name) => Assert.Throws<ArgumentException>(() => _services.AddRaftNode(name));

    [Fact]
    public async Task PlainServiceCollection_WithoutLoggingMetricsAndConfiguration_RunsTheNode()
    {
        _services.AddRaftNode("n1", options => options.Members = ["n1"]);
        await using ServiceProvider provider = _services.BuildServiceProvider();
        IHostedService service = Assert.Single(provider.GetServices<IHostedService>());

        await service.StartAsync(InMemoryHost.Patience());
        await provider.Node().WaitForLeadershipAsync(InMemoryHost.Patience());
        long position = await provider.GetRequiredService<IProposer<string, long>>().ProposeAsync("one", InMemoryHost.Patience());
        await service.StopAsync(InMemoryHost.Patience());

        Assert.Equal(1, position);
        Assert.Equal(NodeLifecycle.Stopped, provider.Node().Status.Lifecycle);
    }

    [Fact]
    public async Task FailedNode_WithoutAHostToStop_StillMakesItsStopFail()
    {
        _services.AddRaftNode("n1", options => options.Members = ["n1"]).UseStateMachine<Fragile>();
        await using ServiceProvider provider = _services.BuildServiceProvider();
        IHostedService service = Assert.Single(provider.GetServices<IHostedService>());
        await service.StartAsync(InMemoryHost.Patience());
        await provider.Node().WaitForLeadershipAsync(InMemoryHost.Patience());

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => provider.Node().ProposeAsync("bad", InMemoryHost.Patience()).AsTask());

        await Assert.ThrowsAsync<NodeFailedException>(() => service.StopAsync(InMemoryHost.Patience()));
    }

    [Fact]
    public async Task ThirdPartyBuilder_WorksWithTheExtensions()
    {
        AddTwo();
        IRaftNodeBuilder mine = new ThirdPartyBuilder("n2", _services);

        mine.UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.NotNull(provider.GetKeyedService<Account>("n2"));
        Assert.Null(provider.GetKeyedService<Account>("n1"));
    }

    [Fact]
    public void ThirdPartyBuilder_OfANodeThatDoesNotExist_NamesTheChoices()
    {
        AddTwo();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => new ThirdPartyBuilder("n3", _services).UseStateMachine<Account>());

        Assert.Equal("No Raft node named 'n3' is registered: choose one of 'n1', 'n2'.", error.Message);
    }

    private void AddTwo()
    {
        _services.AddRaftNode("n1", options => options.Members = ["n1"]);
        _services.AddRaftNode("n2", options => options.Members = ["n2"]);
    }

    private sealed record ThirdPartyBuilder(string? Name, IServiceCollection Services) : IRaftNodeBuilder;
}
