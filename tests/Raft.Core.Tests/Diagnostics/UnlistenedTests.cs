using System.Diagnostics;

namespace Raft.Tests.Node;

/// <summary>Without listeners, nothing is measured and nothing is allocated.</summary>
[Collection(nameof(ProcessWide))]
public sealed class UnlistenedTests : IDisposable
{
    private const int Proposals = 10_000;

    private readonly Meters _meters = new();

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Activities_WithoutListeners_AreNone()
    {
        Lab lab = new();
        LabNode node = lab.Node().Lead();

        Assert.False(CommandActivities.HasListeners);
        node.Commit("a");

        Assert.Null(Activity.Current);
    }

    [Fact]
    public void Proposal_WithoutListeners_AllocatesNothingOfItsOwn()
    {
        Lab lab = new() { Metrics = _meters.Metrics };
        LabNode node = lab.Node(
            machine: new Durable(), configure: static options => options.MaximumPendingProposals = 4 * Proposals).Lead();
        byte[] command = [1];
        Measure(); // pools grow, and the two lists of a mailbox in turn
        Measure();
        Measure();

        Assert.Equal(0, Measure());

        long Measure()
        {
            ValueTask<Committed>[] waiting = new ValueTask<Committed>[Proposals];
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Proposals; i++)
            {
#pragma warning disable CA2012 // each is awaited once, below
                waiting[i] = node.Raft.ProposeAsync(new ReadOnlyMemory<byte>(command), CancellationToken.None);
#pragma warning restore CA2012
            }

            long perProposal = (GC.GetAllocatedBytesForCurrentThread() - before) / Proposals;
            lab.World.RunUntil(() => waiting.All(static task => task.IsCompleted));
            Assert.All(waiting, static task => Assert.True(task.GetAwaiter().GetResult().Index > 0));
            return perProposal;
        }
    }

    [Fact]
    public void Measurements_WithoutListeners_AllocateNothing()
    {
        StatusBoard board = new("n1", null!, null!);
        NodeMetrics metrics = new(_meters.Metrics, board, "n1", "raft");
        AppendEntriesMessage message = new()
        {
            From = "n1",
            To = "n2",
            Origin = Origins.Of(),
            Term = 1,
            PrevLogIndex = 0,
            PrevLogTerm = 0,
            LeaderCommit = 0,
            Entries = new[] { Lab.Entry(1, "a") },
        };
        Count();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Count();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count()
        {
            for (int i = 0; i < 100; i++)
            {
                metrics.CountSent(message);
                metrics.CountReceived(message);
                metrics.CountProposals(ProposalOutcomeTags.Committed);
                metrics.CountDropped("foreign", 1);
                metrics.RecordCommit(TimeSpan.FromSeconds(1));
                metrics.RecordApply(TimeSpan.FromSeconds(1));
                metrics.CountElection();
                metrics.CountLeaderChange();
            }
        }
    }
}
