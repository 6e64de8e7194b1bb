using Microsoft.Extensions.DependencyInjection;
using Raft.Tests.Node;

namespace Raft.Tests.Hosting;

/// <summary>UseStateMachine: one instance for each node, made and disposed by the container.</summary>
public sealed class StateMachineRegistrationTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public async Task UseStateMachine_OnSeveralNodes_MakesOneForEach()
    {
        Add("n1").UseStateMachine<Account>();
        Add("n2").UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.NotSame(provider.GetRequiredKeyedService<Account>("n1"), provider.GetRequiredKeyedService<Account>("n2"));
        Assert.NotSame(provider.Node("n1"), provider.Node("n2")); // each took its own, or they would be refused
    }

    [Theory]
    [InlineData("n1")]
    [InlineData(null)]
    public async Task UseStateMachine_ReplacesTheDefault(string? name)
    {
        Add(name).UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.NotNull(provider.GetService<Account>());
        Assert.NotNull(provider.GetService<IProposer<Transfer, Balance>>());
        Assert.Throws<InvalidOperationException>(provider.GetService<StringLog>);
        Assert.Throws<InvalidOperationException>(provider.GetService<IProposer<string, long>>);
    }

    [Fact]
    public async Task UseStateMachine_OfTheUnnamedNode_LeavesTheUnkeyedDefaultToTheNodeThatHasIt()
    {
        IRaftNodeBuilder unnamed = Add(null);
        Add("n1");
        unnamed.UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredKeyedService<StringLog>("n1"), provider.GetService<StringLog>());
    }

    [Fact]
    public async Task UseStateMachine_Twice_TheLastCounts()
    {
        Add("n1").UseStateMachine<Account>().UseStateMachine<Fragile>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Throws<InvalidOperationException>(() => provider.GetKeyedService<Account>("n1"));
        Assert.NotNull(provider.GetKeyedService<Fragile>("n1"));
    }

    [Fact]
    public async Task UseStateMachine_WithAFactory_GivesTheNodeWhatItMakes()
    {
        Account mine = new();
        Add("n1").UseStateMachine(_ => mine);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(mine, provider.GetRequiredKeyedService<Account>("n1"));
    }

    /// <summary>The first failure must not be taken for a state machine that needs itself.</summary>
    [Fact]
    public async Task UseStateMachine_WithAFactoryThatFailsOnce_IsAskedAgain()
    {
        int calls = 0;
        Account mine = new();
        Add("n1").UseStateMachine(_ => calls++ == 0 ? throw new IOException("Not yet.") : mine);
        await using ServiceProvider provider = _services.BuildServiceProvider();
        Assert.Throws<IOException>(() => provider.GetRequiredKeyedService<Account>("n1"));

        Assert.Same(mine, provider.GetRequiredKeyedService<Account>("n1"));
    }

    [Fact]
    public async Task UseStateMachine_OfATypeThatTheProgramRegisteredToo_GivesTheNodeItsOwn()
    {
        Account shared = new();
        _services.AddSingleton(shared);
        Add("n1").UseStateMachine<Account>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(shared, provider.GetRequiredService<Account>());
        Assert.NotSame(shared, provider.GetRequiredKeyedService<Account>("n1"));
        Assert.NotNull(provider.Node("n1"));
    }

    [Fact]
    public async Task UseStateMachine_WithAFactoryOfTheInterface_GivesTheNodeWhatItMakes()
    {
        Durable mine = new();
        Add("n1").UseStateMachine<IStateMachine>(_ => mine);
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(mine, provider.GetRequiredKeyedService<IStateMachine>("n1"));
        Assert.NotNull(provider.Node("n1"));
    }

    [Fact]
    public async Task StateMachine_WithDependencies_GetsThemFromTheContainer()
    {
        _services.AddSingleton<Ledger>();
        Add("n1").UseStateMachine<Keeping>();
        await using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredService<Ledger>(), provider.GetRequiredService<Keeping>().Ledger);
    }

    [Theory]
    [InlineData("n1")]
    [InlineData(null)]
    public async Task StateMachine_IsDisposedOnceWithTheContainer(string? name)
    {
        _services.AddSingleton<Ledger>();
        Add(name).UseStateMachine<Keeping>();
        ServiceProvider provider = _services.BuildServiceProvider();
        Keeping machine = name is null ? provider.GetRequiredService<Keeping>() : provider.GetRequiredKeyedService<Keeping>(name);
        Assert.NotNull(provider.Node(name));

        await provider.DisposeAsync();

        Assert.Equal(1, machine.Disposals);
    }

    private IRaftNodeBuilder Add(string? name) => name is null
        ? _services.AddRaftNode(options => (options.NodeId, options.Members) = ("u1", ["u1"]))
        : _services.AddRaftNode(name, options => options.Members = [name]);

    private sealed class Ledger;

    private sealed class Keeping(Ledger ledger) : StateMachine<string, long>(Codec.Utf8, Codec.Int64), IDisposable
    {
        public Ledger Ledger => ledger;

        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;

        protected override long Apply(string command, in CommandContext context) => 0;
    }
}
