using System.Diagnostics.CodeAnalysis;
using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A node with its ports at hand.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
internal sealed class LabNode(Lab lab, RaftNode raft, ILogStore store, IStateMachine machine)
{
    private CancellationTokenSource _stopping = new();

    public RaftNode Raft { get; } = raft;

    public SimulatedLogStore Store => (SimulatedLogStore)store;

    public IReadOnlyList<string> Log => ((StringLog)machine).Entries;

    public RaftStatus Status => Raft.Status;

    public bool IsRunning => Running is { IsCompleted: false };

    /// <summary>The latest run.</summary>
    public Task? Running { get; private set; }

    public Task Run()
    {
        _stopping = new CancellationTokenSource();
        return Running = Raft.RunAsync(_stopping.Token);
    }

    /// <summary>Runs it, and waits until it leads.</summary>
    public LabNode Lead()
    {
        Run();
        lab.World.RunUntil(() => Status.Role == RaftRole.Leader);
        return this;
    }

    public void RequestStop() => _stopping.Cancel();

    public void Stop()
    {
        RequestStop();
        lab.World.Run(Running!);
        lab.World.RunUntilIdle(); // its callers are resumed in their own steps
    }

    /// <summary>How its run failed.</summary>
    public NodeFailedException Failure() => lab.Fails<NodeFailedException>(Running!);

    public Task<Committed> Propose(string text) => Raft.ProposeAsync(text).AsTask();

    public Committed Commit(string text) => lab.World.Run(Propose(text));

    public RequestVoteReply RequestVote(long term, string candidate, long lastLogIndex = 0, long lastLogTerm = 0) =>
        lab.World.Run(Raft.RequestVoteAsync(term, candidate, lastLogIndex, lastLogTerm));

    public AppendEntriesReply AppendEntries(
        long term, string leader, long prevLogIndex, long prevLogTerm, IReadOnlyList<LogEntry> entries, long leaderCommit = 0) =>
        lab.World.Run(Raft.AppendEntriesAsync(term, leader, prevLogIndex, prevLogTerm, entries, leaderCommit));

    /// <summary>Asserts that no caller is waiting at the node.</summary>
    public void AssertNoCallerWaits()
    {
        lab.World.RunUntilIdle();
        Assert.Equal(0, Raft.LiveCalls);
    }
}
