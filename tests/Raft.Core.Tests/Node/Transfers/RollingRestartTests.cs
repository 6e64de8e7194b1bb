namespace Raft.Tests.Node;

/// <summary>One node after another is stopped and started while a client proposes: each leader hands over before it stops.</summary>
public sealed class RollingRestartTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(200); // a fifth of the default election timeout

    private readonly Lab _lab = new();
    private Task<Committed>? _pending;
    private TimeSpan _lastCommit;
    private TimeSpan _longestGap;
    private int _commits;

    [Fact]
    public void FiveNodes_UnderLoad_CommitWithoutALongGapAndWithEveryOutcomeKnown()
    {
        LabNode[] nodes = _lab.Cluster(5);
        Array.ForEach(nodes, static node => node.Run());
        _lab.WaitForLeader(nodes);
        _lastCommit = _lab.World.Clock.Now;

        foreach (LabNode node in nodes)
        {
            node.RequestStop();
            Step(nodes, () => !node.IsRunning);
            node.Run();
            Step(nodes, () => node.Status.AppliedIndex >= nodes.Max(static other => other.Status.CommitIndex) - 1);
        }

        Assert.True(_commits > 50);
        Assert.InRange(_longestGap, TimeSpan.Zero, 2 * Heartbeat);
    }

    private void Step(LabNode[] nodes, Func<bool> isOver)
    {
        for (int i = 0; i < 100 || !isOver(); i++)
        {
            Assert.True(i < 100_000, "The restart never ends.");
            _lab.World.RunFor(TimeSpan.FromMilliseconds(1));
            _longestGap = Max(_longestGap, _lab.World.Clock.Now - _lastCommit);
            if (_pending is { IsCompleted: true })
            {
                Assert.False(_pending.Exception?.InnerException is OutcomeUnknownException);
                _commits += _pending.IsCompletedSuccessfully ? 1 : 0;
                _lastCommit = _pending.IsCompletedSuccessfully ? _lab.World.Clock.Now : _lastCommit;
                _pending = null;
            }

            _pending ??= Array.Find(nodes, static node => node.IsRunning && node.Status.Role == RaftRole.Leader)?.Propose("x");
        }
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
