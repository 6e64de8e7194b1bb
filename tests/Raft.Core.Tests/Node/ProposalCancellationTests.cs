namespace Raft.Tests.Node;

public sealed class ProposalCancellationTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void Proposal_CancelledBeforeItWasAppended_IsWithdrawn()
    {
        LabNode node = _lab.Node().Lead();
        long lastIndex = node.Status.LastIndex;
        using CancellationTokenSource cancellation = new();

        Task<Committed> proposal = node.Raft.ProposeAsync("withdrawn", cancellation.Token).AsTask();
        cancellation.Cancel();
        OperationCanceledException exception = _lab.Fails<OperationCanceledException>(proposal);

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        node.AssertNoCallerWaits();
        Assert.Equal(lastIndex, node.Status.LastIndex);
        node.Commit("next");
        Assert.Equal(["next"], node.Log);
    }

    [Fact]
    public void Proposal_CancelledAfterItWasAppended_MayStillCommit()
    {
        LabNode node = _lab.Node().Lead();
        node.Store.Hold();
        using CancellationTokenSource cancellation = new();

        Task<Committed> proposal = node.Raft.ProposeAsync("happens", cancellation.Token).AsTask();
        _lab.World.RunUntilIdle();
        cancellation.Cancel();
        _lab.Fails<OperationCanceledException>(proposal);
        node.AssertNoCallerWaits();
        node.Store.Release();
        node.Commit("next");

        Assert.Equal(["happens", "next"], node.Log);
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void Proposal_WithACancelledToken_IsNotAttempted()
    {
        LabNode node = _lab.Node().Lead();

        Task<Committed> proposal = node.Raft.ProposeAsync("never", new CancellationToken(canceled: true)).AsTask();

        Assert.True(proposal.IsCanceled);
        node.AssertNoCallerWaits();
        Assert.Empty(node.Log);
    }

    [Fact]
    public void Proposals_SomeOfThemCancelledAtRandom_GetTheirOwnResults()
    {
        LabNode node = _lab.Node().Lead();
        List<(Task<Committed> Task, string Text)> proposals = [];
        List<CancellationTokenSource> cancellations = [];
        for (int round = 0; round < 100; round++)
        {
            for (int i = 0; i < 5; i++)
            {
                CancellationTokenSource cancellation = new();
                cancellations.Add(cancellation);
                proposals.Add((node.Raft.ProposeAsync($"{round}.{i}", cancellation.Token).AsTask(), $"{round}.{i}"));
            }

            for (long steps = _lab.World.Random.Next(4); steps > 0; steps--)
            {
                _lab.World.Step();
            }

            cancellations[_lab.World.Random.Next(cancellations.Count)].Cancel();
            cancellations[^1].Cancel();
        }

        _lab.World.RunUntil(() => proposals.All(proposal => proposal.Task.IsCompleted));

        Assert.All(
            proposals.Where(proposal => proposal.Task.IsCompletedSuccessfully),
            proposal => Assert.Equal(proposal.Text, node.Log[(int)Codec.Int64.Read(proposal.Task.Result.Result) - 1]));
        Assert.All(proposals.Where(proposal => !proposal.Task.IsCompletedSuccessfully), proposal => Assert.True(proposal.Task.IsCanceled));
        Assert.True(proposals.Count(proposal => proposal.Task.IsCanceled) >= 50);
        node.AssertNoCallerWaits();
        cancellations.ForEach(cancellation => cancellation.Dispose());
    }
}
