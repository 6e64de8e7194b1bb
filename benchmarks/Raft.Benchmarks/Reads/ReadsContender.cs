using System.Diagnostics;
using Raft.Benchmarks.Contenders;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Reads;

/// <summary>Readers of a group of this library: each reads again when it has its answer.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="description">What it is.</param>
/// <param name="group">The group, which several contenders may share.</param>
/// <param name="consistency">How up to date the answers are.</param>
/// <param name="readsOnFollower">Whether a follower is asked, and not the leader.</param>
internal sealed class ReadsContender(
    string name, string description, RaftGroup group, ReadConsistency consistency, bool readsOnFollower) : IContender
{
    public string Name => name;

    public string Description => description;

    private RaftNode Node => readsOnFollower ? group.Nodes.First(node => node != group.Leader) : group.Leader;

    public Task StartAsync() => Task.CompletedTask; // the group is started once

    public async Task RunProposerAsync(Proposer proposer, Load load)
    {
        RaftNode node = Node;
        while (!load.HasEnded)
        {
            bool isMeasured = load.IsMeasured;
            long start = Stopwatch.GetTimestamp();
            await node.ReadAsync(static (CountingMachine machine) => machine.Count, consistency);
            if (isMeasured)
            {
                proposer.Latencies.Record(Stopwatch.GetTimestamp() - start);
            }

            if (load.IsMeasured)
            {
                proposer.Commits++;
            }
        }
    }

    public Task<string?> FindDifferenceAsync() => Task.FromResult<string?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
