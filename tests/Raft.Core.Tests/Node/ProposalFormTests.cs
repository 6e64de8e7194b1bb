using System.Text;

namespace Raft.Tests.Node;

/// <summary>The forms in which a command may be given, and what becomes of its memory.</summary>
public sealed class ProposalFormTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly Lab _lab = new();

    [Fact]
    public void ProposeAsync_OfAString_ProposesItsUtf8()
    {
        LabNode node = _lab.Node().Lead();

        node.Commit("grüße");

        Assert.Equal("grüße"u8.ToArray(), LastEntry(node).Data.ToArray());
        Assert.Equal(["grüße"], node.Log);
    }

    [Fact]
    public void ProposeAsync_OfASpan_CopiesIt()
    {
        LabNode node = _lab.Node().Lead();
        byte[] command = "before"u8.ToArray();

        Task<Committed> proposal = node.Raft.ProposeAsync(command.AsSpan(), Token).AsTask();
        "after!"u8.CopyTo(command);
        _lab.World.Run(proposal);

        Assert.Equal(["before"], node.Log);
    }

    [Fact]
    public void ProposeAsync_OfAByteArray_CopiesIt()
    {
        LabNode node = _lab.Node().Lead();
        byte[] command = "before"u8.ToArray();

        Task<Committed> proposal = node.Raft.ProposeAsync(command, Token).AsTask(); // the overload for spans is the better one
        "after!"u8.CopyTo(command);
        _lab.World.Run(proposal);

        Assert.Equal(["before"], node.Log);
    }

    [Fact]
    public void ProposeAsync_OfMemory_TakesItOver()
    {
        LabNode node = _lab.Node().Lead();
        byte[] command = "owned"u8.ToArray();

        _lab.World.Run(node.Raft.ProposeAsync(command.AsMemory(), Token));

        Assert.True(LastEntry(node).Data.Span == command.AsSpan(), "It was copied.");
    }

    [Fact]
    public void ProposeAsync_OfAnEmptyCommand_IsCommitted()
    {
        LabNode node = _lab.Node().Lead();

        node.Commit(string.Empty);

        Assert.Equal([string.Empty], node.Log);
    }

    [Fact]
    public void ProposeAsync_OfNull_IsRefused()
    {
        LabNode node = _lab.Node().Lead();

        Assert.Throws<ArgumentNullException>("command", () => { _ = node.Raft.ProposeAsync((string)null!, Token).AsTask(); });
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void ProposeAsync_ToAMachineOfBytes_ReturnsItsResult()
    {
        Gated machine = new() { IsOpen = true };
        LabNode node = _lab.Node(machine: machine).Lead();

        Committed committed = node.Commit("echo");

        Assert.Equal("echo", Encoding.UTF8.GetString(committed.Result.Span));
    }

    [Fact]
    public void ProposeAsync_ToAMachineThatGivesNoResult_ReturnsAnEmptyOne()
    {
        LabNode node = _lab.Node(machine: new Durable()).Lead();

        Assert.Equal(0, node.Commit("silent").Result.Length);
    }

    private LogEntry LastEntry(LabNode node) => _lab.Collect(node.Raft.ReadLogAsync(cancellationToken: Token))[^1];
}
