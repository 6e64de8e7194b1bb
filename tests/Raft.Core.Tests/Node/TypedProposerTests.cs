using System.Text;

namespace Raft.Tests.Node;

public sealed class TypedProposerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();
    private readonly Account _account = new();

    [Fact]
    public void ProposeAsync_OfACommand_ReturnsTheStateMachinesResult()
    {
        IProposer<Transfer, Balance> proposer = _lab.Node(machine: _account).Lead().Raft.CreateProposer<Transfer, Balance>();

        Assert.Equal(new Balance(5), _lab.World.Run(proposer.ProposeAsync(new Transfer(5), Token)));
        Assert.Equal(new Balance(3), _lab.World.Run(proposer.ProposeAsync(new Transfer(-2), Token)));
        Assert.Equal(3, _account.Amount);
    }

    [Fact]
    public void ProposeAsync_OfManyCommands_GivesEachItsOwnResult()
    {
        LabNode node = _lab.Node(machine: _account).Lead();
        IProposer<Transfer, Balance> proposer = node.Raft.CreateProposer<Transfer, Balance>();

        Task<Balance>[] proposals = [.. Enumerable.Range(1, 200).Select(_ => proposer.ProposeAsync(new Transfer(1), Token).AsTask())];
        _lab.World.RunUntil(() => proposals.All(proposal => proposal.IsCompleted));

        Assert.Equal(Enumerable.Range(1, 200).Select(number => new Balance(number)), proposals.Select(proposal => proposal.Result));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Proposer_ForOtherTypes_IsRefused()
    {
        LabNode node = _lab.Node(machine: _account);

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(node.Raft.CreateProposer<string, long>);

        Assert.Contains("Account", exception.Message, StringComparison.Ordinal);
        Assert.Contains("StateMachine<String, Int64>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ProposeAsync_OfACommandThatIsRejected_ThrowsAndTheNodeContinues()
    {
        LabNode node = _lab.Node(machine: _account).Lead();
        IProposer<Transfer, Balance> proposer = node.Raft.CreateProposer<Transfer, Balance>();
        _lab.World.Run(proposer.ProposeAsync(new Transfer(5), Token));

        CommandRejectedException rejection = _lab.Fails<CommandRejectedException, Balance>(proposer.ProposeAsync(new Transfer(-6), Token));

        Assert.Equal("Only 5 left.", rejection.Message);
        Assert.Equal(new Balance(4), _lab.World.Run(proposer.ProposeAsync(new Transfer(-1), Token)));
        Assert.Equal(RaftRole.Leader, node.Status.Role);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ProposeAsync_OfBytesOfACommand_ReturnsTheResultEncoded()
    {
        LabNode node = _lab.Node(machine: _account).Lead();

        Committed committed = node.Commit("""{"Amount":5}""");

        Assert.Equal("""{"Amount":5}""", Encoding.UTF8.GetString(committed.Result.Span));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("null")]
    public void ProposeAsync_OfBytesThatAreNotACommand_IsRefusedBeforeTheyEnterTheLog(string text)
    {
        LabNode node = _lab.Node(machine: _account).Lead();
        long lastIndex = node.Status.LastIndex;

        ArgumentException exception = Assert.Throws<ArgumentException>(
            "command", () => { _ = node.Raft.ProposeAsync(Encoding.UTF8.GetBytes(text).AsMemory(), Token).AsTask(); });
        Assert.Throws<ArgumentException>("command", () => { _ = node.Raft.ProposeAsync(text, Token).AsTask(); });

        Assert.Contains("Transfer", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CreateProposer<,>", exception.Message, StringComparison.Ordinal);
        node.AssertNoCallerWaits();
        Assert.Equal(lastIndex, node.Status.LastIndex);
        Assert.Equal(RaftRole.Leader, node.Status.Role);
    }

    [Fact]
    public void ProposeAsync_OfNull_IsRefusedBeforeItEntersTheLog()
    {
        LabNode node = _lab.Node(machine: _account).Lead();

        Assert.Throws<ArgumentNullException>(
            "command", () => { _ = node.Raft.CreateProposer<Transfer, Balance>().ProposeAsync(null!, Token).AsTask(); });

        node.AssertNoCallerWaits();
        Assert.Equal(RaftRole.Leader, node.Status.Role);
    }

    [Fact]
    public void Apply_SeesIndexTermAndTheLeadersTime()
    {
        LabNode node = _lab.Node(machine: _account).Lead();
        IProposer<Transfer, Balance> proposer = node.Raft.CreateProposer<Transfer, Balance>();
        _lab.World.RunFor(TimeSpan.FromHours(1));
        DateTimeOffset now = _lab.World.Clock.UtcNow;

        _lab.World.Run(proposer.ProposeAsync(new Transfer(1), Token));
        _lab.World.Run(proposer.ProposeAsync(new Transfer(1), Token));

        Assert.Equal(new CommandContext(2, 1, now), _account.Contexts[0]);
        Assert.Equal(3, _account.Contexts[1].Index);
        Assert.True(_account.Contexts[1].Time >= now);
    }

    [Fact]
    public void ProposeAsync_ToANodeThatDoesNotRun_IsRefused()
    {
        LabNode node = _lab.Node(machine: _account);

        _lab.Fails<NodeStoppedException, Balance>(node.Raft.CreateProposer<Transfer, Balance>().ProposeAsync(new Transfer(1), Token));
        node.AssertNoCallerWaits();
    }
}
