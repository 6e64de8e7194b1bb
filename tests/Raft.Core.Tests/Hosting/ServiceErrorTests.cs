using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>Services of a node that cannot be injected: the error says why, and what to do.</summary>
public sealed class ServiceErrorTests
{
    private readonly ServiceCollection _services = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("n1")]
    public async Task Proposer_UseStateMachineForgotten_NamesTheDefault(string? name)
    {
        Add(name);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            provider.GetRequiredService<IProposer<Transfer, Balance>>);

        Assert.Equal(
            $"IProposer<Transfer, Balance> is not available: {(name is null ? "the unnamed Raft node" : "Raft node 'n1'")} "
            + "has the state machine StringLog (the default), with IProposer<String, Int64>. "
            + "Request one of these types, or give the node the state machine that you need, with UseStateMachine.",
            error.Message);
    }

    [Fact]
    public async Task Proposer_WithAKeyAndUseStateMachineForgotten_DescribesThatNode()
    {
        Add("n1").UseStateMachine<Account>();
        Add("n2");
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => provider.GetRequiredKeyedService<IProposer<Transfer, Balance>>("n2"));

        Assert.StartsWith(
            "IProposer<Transfer, Balance> is not available: Raft node 'n2' has the state machine StringLog (the default), "
            + "with IProposer<String, Int64>. Request",
            error.Message,
            StringComparison.Ordinal);
        Assert.NotNull(provider.GetRequiredKeyedService<IProposer<Transfer, Balance>>("n1"));
    }

    [Fact]
    public async Task Proposer_WrongTypeArguments_NamesThoseOfAllNodes()
    {
        Add("n1").UseStateMachine<Account>();
        Add("n2").UseStateMachine<IStateMachine>(static _ => new Durable());
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            provider.GetRequiredService<IProposer<Transfer, string>>);

        Assert.StartsWith(
            "IProposer<Transfer, String> is not available: "
            + "Raft node 'n1' has the state machine Account, with IProposer<Transfer, Balance>; "
            + "Raft node 'n2' has the state machine IStateMachine, which is not a StateMachine<TCommand, TResult> "
            + "and has no IProposer. Request",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("n1")]
    public async Task Reader_OfAnotherStateMachine_NamesTheOneThatThereIs(string? name)
    {
        Add(name);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<IReader<Account>>);

        Assert.StartsWith("IReader<Account> is not available: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("the state machine StringLog (the default), with IReader<StringLog>. ", error.Message, StringComparison.Ordinal);
        Assert.NotNull(provider.GetRequiredService<IReader<StringLog>>());
    }

    [Fact]
    public async Task Reader_OfEachNode_IsKeyedLikeItsProposer()
    {
        Add("n1").UseStateMachine<Account>();
        Add("n2");
        Add("n3");
        await using ServiceProvider provider = _services.BuildServiceProvider();
        foreach (string node in new[] { "n1", "n2", "n3" })
        {
            await foreach (LogEntry entry in provider.GetRequiredKeyedService<RaftNode>(node).ReadLogAsync(cancellationToken: Token))
            {
                Assert.Fail($"{node} opens its stores, which contain {entry.Kind}."); // they are empty
            }
        }

        Account account = await Machine(provider.GetRequiredKeyedService<IReader<Account>>("n1"));
        StringLog second = await Machine(provider.GetRequiredKeyedService<IReader<StringLog>>("n2"));
        StringLog third = await Machine(provider.GetRequiredKeyedService<IReader<StringLog>>("n3"));

        Assert.NotSame(second, third);
        Assert.Same(account, await Machine(provider.GetRequiredService<IReader<Account>>()));
        Assert.Same(second, await MachineOf<StringLog>("n2"));
        Assert.Same(third, await MachineOf<StringLog>("n3"));
        Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<IReader<Account>>("n2"));

        ValueTask<T> MachineOf<T>(string node) =>
            provider.GetRequiredKeyedService<RaftNode>(node).ReadAsync(static (T machine) => machine, ReadConsistency.Local, Token);

        static ValueTask<T> Machine<T>(IReader<T> reader) => reader.ReadAsync(static machine => machine, ReadConsistency.Local, Token);
    }

    [Fact]
    public async Task Proposer_WithAKeyThatNoNodeHas_NamesTheChoices()
    {
        Add("n1");
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => provider.GetRequiredKeyedService<IProposer<string, long>>("n9"));

        Assert.Equal("No Raft node named 'n9' is registered: choose one of 'n1'.", error.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("n1")]
    public async Task Proposer_InjectedIntoAService_IsExplainedToo(string? name)
    {
        Add(name);
        _services.AddSingleton<Bank>();
        await using ServiceProvider provider =
            _services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<Bank>);

        Assert.StartsWith("IProposer<Transfer, Balance> is not available", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("n1")]
    public async Task ReplacedStateMachine_IsNotAvailable(string? name)
    {
        Add(name).UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<StringLog>);

        Assert.StartsWith("StringLog is not available: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("has the state machine Account, with IProposer<Transfer, Balance>", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The container cannot see a cycle that passes through factories, and would call itself without end.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData("n1", false)]
    [InlineData(null, true)]
    [InlineData("n1", true)]
    public async Task StateMachine_ThatInjectsItsOwnNode_IsRefused(string? name, bool injectsProposer)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder();
        IRaftNodeBuilder node = Add(name, builder.Services);
        _ = injectsProposer ? node.UseStateMachine<InjectsProposer>() : node.UseStateMachine<InjectsNode>();
        using IHost host = builder.Build();

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Task.Run(() => host.StartAsync(InMemoryHost.Patience()), InMemoryHost.Patience()).InTimeAsync());

        Assert.StartsWith(
            $"The state machine {(injectsProposer ? nameof(InjectsProposer) : nameof(InjectsNode))} of ",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "A state machine must not use its own node. Move that code to a service next to it",
            error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(RaftNode))]
    [InlineData(typeof(IProposer<string, long>))]
    [InlineData(typeof(InjectsProposer))]
    public async Task StateMachine_ThatInjectsItsOwnProposer_IsRefusedWhateverIsRequestedFirst(Type first)
    {
        Add("n1").UseStateMachine<InjectsProposer>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Task.Run(() => provider.GetRequiredKeyedService(first, "n1"), InMemoryHost.Patience()).InTimeAsync());

        Assert.Contains("A state machine must not use its own node.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StateMachine_ThatInjectsAnotherNode_IsCreated()
    {
        Add("n1");
        Add("n2").UseStateMachine(static provider => new InjectsNode(provider.GetRequiredKeyedService<RaftNode>("n1")));
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.NotNull(provider.Node("n2"));
    }

    [Fact]
    public async Task StateMachineFactory_ThatRequestsTheStateMachine_IsRefused()
    {
        _services.AddSingleton<Account>();
        Add(null).UseStateMachine(static provider => provider.GetRequiredService<Account>());
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Task.Run(provider.GetRequiredService<Account>, InMemoryHost.Patience()).InTimeAsync());

        Assert.Contains("or the state machine itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_ThatInjectsItsOwnNode_IsRefused()
    {
        Add("n1").UseLogStore(static provider => new NodeStore(provider.GetRequiredKeyedService<RaftNode>("n1")).Store);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Task.Run(() => provider.Node("n1"), InMemoryHost.Patience()).InTimeAsync());

        Assert.StartsWith(
            "A transport, log store or another port of Raft node 'n1' needs its own node",
            error.Message,
            StringComparison.Ordinal);
    }

    private static IRaftNodeBuilder Add(string? name, IServiceCollection services) => name is null
        ? services.AddRaftNode(options => (options.NodeId, options.Members) = ("u1", ["u1"]))
        : services.AddRaftNode(name, options => options.Members = [name]);

    private IRaftNodeBuilder Add(string? name) => Add(name, _services);

    private sealed class Bank(IProposer<Transfer, Balance> proposer)
    {
        public IProposer<Transfer, Balance> Proposer => proposer;
    }

    private sealed class InjectsNode(RaftNode node) : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
    {
        protected override long Apply(string command, in CommandContext context) => node.Status.Term;
    }

    private sealed class InjectsProposer(
        [FromKeyedServices("n1")] IProposer<string, long>? keyed = null, IProposer<string, long>? unkeyed = null)
        : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
    {
        protected override long Apply(string command, in CommandContext context) => keyed is null && unkeyed is null ? 0 : 1;
    }

    private sealed class NodeStore(RaftNode node)
    {
        public ILogStore Store { get; } = node.Status.Term == 0 ? new InMemoryLogStore() : throw new InvalidOperationException();
    }
}
