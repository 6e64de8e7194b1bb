namespace Raft.Testing.Tests;

/// <summary>With snapshots the log stays bounded indefinitely (section 7; dissertation, chapter 5).</summary>
public sealed class SnapshotEnduranceTests
{
    private const int SnapshotAfter = 500;
    private const int Trailing = 100;
    private const int CommandsPerSecond = 5;

    /// <summary>
    /// A log has what came since the last snapshot, the tail before it, and what comes while the next one is written; the segments
    /// that hold it are full but for the first and the last.
    /// </summary>
    [Fact]
    public void Log_OverAnHourOfLoad_StaysWithinItsBound()
    {
        SimulatedCluster cluster = new(nodes: 3, seed: 5, options =>
        {
            options.SnapshotAfterEntries = SnapshotAfter;
            options.TrailingEntries = Trailing;
            options.MaximumCachedEntries = 64;
        });
        cluster.UseStateMachine(static () => new Tally());
        cluster.Start();
        NodeId leader = cluster.WaitForLeader();
        long longest = 0;
        long most = 0;
        int segments = 0;

        for (int second = 0; second < 3_600; second++)
        {
            for (int i = 0; i < CommandsPerSecond; i++)
            {
                cluster.Submit("command"u8.ToArray(), "command", leader);
            }

            cluster.World.RunFor(TimeSpan.FromSeconds(1));
            foreach (SimulatedNode node in cluster.Nodes)
            {
                longest = Math.Max(longest, node.Status.LastIndex - node.Status.FirstIndex + 1);
                most = Math.Max(most, node.CachedEntries);
                segments = Math.Max(segments, node.StoredSegments);
            }
        }

        Assert.All(cluster.Nodes, static node => Assert.True(node.Status.AppliedIndex > 3_600 * CommandsPerSecond));
        Assert.InRange(longest, SnapshotAfter, SnapshotAfter + Trailing + (2 * CommandsPerSecond));
        Assert.InRange(most, 1, 64 + 64);
        Assert.InRange(segments, 1, 8); // 16, 32 and so on up to 512 entries, and what is left of the first
        Assert.True(cluster.Snapshots > 3 * 30);
    }

    /// <summary>A count, whose size never grows.</summary>
    private sealed class Tally() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
    {
        private long _count;

        protected override long Apply(string command, in CommandContext context) => ++_count;

        protected override ISnapshotCapture Capture() => SnapshotCapture.Of(_count, Codec.Int64);

        protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
            _count = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
    }
}
