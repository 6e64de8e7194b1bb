namespace Raft.Tests.Node;

/// <summary>What waits is taken together: one write and one message per follower, however many proposals there are.</summary>
public sealed class ProposalBatchTests
{
    /// <summary>So many that what follows lies within one segment of the log: there, one write and one message are enough.</summary>
    private const int EntriesBefore = 300;

    private readonly Lab _lab = new();

    [Fact]
    public void ManyProposals_TakenInOneGo_MakeOneWriteAndOneMessagePerFollower()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(members: 3, store: store);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        Task<Committed>[] before = [.. Enumerable.Range(0, EntriesBefore).Select(number => node.Propose($"before {number}"))];
        _lab.World.RunUntil(() => before.All(proposal => proposal.IsCompletedSuccessfully));
        _lab.World.RunFor(TimeSpan.FromMilliseconds(50));
        store.Writes.Clear();
        peers.Received.Clear();

        Task<Committed>[] proposals = [.. Enumerable.Range(0, 50).Select(number => node.Propose($"string {number}"))];
        _lab.World.RunUntil(() => proposals.All(proposal => proposal.IsCompletedSuccessfully));

        Assert.Equal([50], store.Writes.Select(write => write.Entries.Length));
        AppendEntriesMessage[] messages = [.. peers.Received.OfType<AppendEntriesMessage>().Where(message => !message.Entries.IsEmpty)];
        Assert.Equal(
            [(new NodeId("n2"), 50), (new NodeId("n3"), 50)],
            messages.Select(message => (message.To, message.Entries.Length)).Order());
        Assert.Equal(Enumerable.Range(0, 50).Select(number => $"string {number}"), node.Log.Skip(EntriesBefore));
    }

    [Fact]
    public void Followers_ReceiveTheEntriesBeforeTheLeadersOwnDiskHasThem()
    {
        LabNode node = _lab.Node(members: 3);
        using FakePeers peers = new(_lab, "n2", "n3");
        node.Lead();
        _lab.World.RunUntil(() => node.Status.AppliedIndex == node.Status.LastIndex);
        node.Store.Hold();

        Task<Committed> proposal = node.Propose("parallel");
        _lab.World.RunUntil(() => node.Status.CommitIndex == node.Status.LastIndex); // by the two others alone
        _lab.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.False(proposal.IsCompleted);
        Assert.Empty(node.Log); // a state machine is never ahead of its own log
        node.Store.Release();
        _lab.World.Run(proposal);
        Assert.Equal(["parallel"], node.Log);
    }

    [Fact]
    public void CommittedEntries_OfAnyNumber_ReachTheStateMachineInBatches()
    {
        Gated machine = new();
        LabNode node = _lab.Node(machine: machine).Lead();
        Task<Committed> first = node.Propose("first");
        _lab.World.RunUntil(() => machine.IsWaiting);
        Task<Committed>[] others = [.. Enumerable.Range(0, 3_000).Select(number => node.Propose($"{number}"))];
        _lab.World.RunUntil(() => node.Status.CommitIndex == node.Status.LastIndex);

        machine.IsOpen = true;
        machine.Release();
        _lab.World.RunUntil(() => others.All(proposal => proposal.IsCompletedSuccessfully));

        Assert.True(first.IsCompletedSuccessfully);
        Assert.Equal(3_001, machine.BatchSizes.Sum());
        Assert.InRange(machine.BatchSizes.Count, 4, 20);
        Assert.Equal(Enumerable.Range(0, 3_000).Select(number => $"{number}"), machine.Applied.Skip(1));
        node.AssertNoCallerWaits();
    }
}
