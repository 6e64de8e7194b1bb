namespace Raft.Testing.Tests;

/// <summary>The log of a node that has stopped, applied again.</summary>
public sealed class StateReplayTests
{
    [Fact]
    public void RunAsync_LogOfAStoppedNode_YieldsTheDigestAfterEachCommand()
    {
        SimulatedWorld world = new(1);
        SimulatedLogStore log = world.CreateLogStore();
        Run(world, log, "a", "b", "c");

        List<IndexedDigest> right = Collect(world, new Texts(wrongOn: null), log);
        List<IndexedDigest> again = Collect(world, new Texts(wrongOn: null), log);
        List<IndexedDigest> wrong = Collect(world, new Texts(wrongOn: "b"), log);

        Assert.Equal([2, 3, 4], right.Select(static each => each.Index));
        Assert.Equal(right, again);
        Assert.Equal(3, right.Zip(wrong).First(static both => both.First != both.Second).First.Index);
    }

    [Fact]
    public void RunAsync_StateMachineWithoutADigest_HashesItsCaptures()
    {
        SimulatedWorld world = new(1);
        SimulatedLogStore log = world.CreateLogStore();
        Run(world, log, "a", "b");

        List<IndexedDigest> digests = Collect(world, new StringLog(), log);

        Assert.Equal(2, digests.Select(static each => each.Digest).Distinct().Count());
    }

    private static void Run(SimulatedWorld world, SimulatedLogStore log, params string[] texts)
    {
        using CancellationTokenSource stop = new();
        RaftNodePorts ports = new() { LogStore = log, Clock = world.Clock, Scheduler = world.Scheduler };
        RaftNode node = new("n1", options: new RaftNodeOptions(), ports: ports);
        Task running = node.RunAsync(stop.Token);
        foreach (string text in texts)
        {
            world.RunUntil(() => node.Status.Role == RaftRole.Leader);
            world.Run(node.ProposeAsync(text).AsTask());
        }

        stop.Cancel();
        world.Run(running);
    }

    private static List<IndexedDigest> Collect(SimulatedWorld world, IStateMachine machine, SimulatedLogStore log) =>
        world.Run(CollectAsync(StateReplay.RunAsync(machine, log, snapshots: null, "raft", "n1")));

    private static async Task<List<IndexedDigest>> CollectAsync(IAsyncEnumerable<IndexedDigest> digests)
    {
        List<IndexedDigest> collected = [];
        await foreach (IndexedDigest digest in digests)
        {
            collected.Add(digest);
        }

        return collected;
    }

    private sealed class Texts(string? wrongOn) : StateMachine<string, long>(Codec.Utf8, Codec.Int64), IStateDigest
    {
        private RollingDigest _digest;

        public ulong? Digest => _digest.Value;

        protected override long Apply(string command, in CommandContext context)
        {
            _digest.Append(command == wrongOn ? "wrong" : command);
            return 0;
        }
    }
}
