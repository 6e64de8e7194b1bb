using System.Diagnostics;
using System.Globalization;

namespace Raft.Soak;

/// <summary>
/// Busy nodes must leave the thread pool usable for other code: with two saturated clusters on it, a timer of 50 ms is never 50
/// ms late.
/// </summary>
internal static class Fairness
{
    private const int Clusters = 2;
    private const int ProposersPerCluster = 64;
    private const int Tries = 100;

    /// <summary>
    /// Few, and the store keeps not many more: it is the scheduling that is measured here, and entries that live long have
    /// the garbage collector pause everything.
    /// </summary>
    private const int CachedEntries = 8_192;

    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync()
    {
        using CancellationTokenSource ending = new();
        Task<long>[] clusters = [.. Enumerable.Range(0, Clusters).Select(number => RunClusterAsync($"c{number}", ending.Token))];
        await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None); // elections, and the compiler's second thoughts

        TimeSpan pausesBefore = GC.GetTotalPauseDuration();
        List<double> ofThread = [];
        Thread thread = new(() => SleepAlongside(ofThread));
        thread.Start();
        List<double> lateness = [];
        Stopwatch all = Stopwatch.StartNew();
        for (int i = 0; i < Tries; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await Task.Delay(Wait, CancellationToken.None);
            lateness.Add((Stopwatch.GetElapsedTime(start) - Wait).TotalMilliseconds);
        }

        TimeSpan pauses = GC.GetTotalPauseDuration() - pausesBefore;
        thread.Join();
        double seconds = all.Elapsed.TotalSeconds + 2;
        await ending.CancelAsync();
        long[] applied = await Task.WhenAll(clusters);

        string rates = string.Join(" and ", applied.Select(count => $"{count / seconds:N0}"));
        Console.WriteLine($"{Clusters} clusters of 3, {ProposersPerCluster} proposers each: {rates} commands/s; "
            + $"paused for garbage collection {pauses.TotalMilliseconds:N0} of {all.ElapsedMilliseconds:N0} ms");
        Console.WriteLine($"a thread of its own, as the measure of the machine: {Describe(ofThread)}");
        Console.WriteLine($"{Tries} timers of {Wait.TotalMilliseconds} ms: {Describe(lateness)}; limit {Limit.TotalMilliseconds} ms");
        return lateness.Max() < Limit.TotalMilliseconds && applied.All(static count => count > 0) ? 0 : 1;
    }

    /// <summary>
    /// Waits in the same way without the pool: what is late here as well is the machine's or the garbage collector's doing.
    /// </summary>
    private static void SleepAlongside(List<double> lateness)
    {
        for (int i = 0; i < Tries; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(Wait);
            lateness.Add((Stopwatch.GetElapsedTime(start) - Wait).TotalMilliseconds);
        }
    }

    private static string Describe(List<double> lateness)
    {
        lateness.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"late by median {At(0.5):0.0}, 90 % {At(0.9):0.0}, 99 % {At(0.99):0.0}, "
            + $"worst {lateness[^1]:0.0} ms");

        double At(double share) => lateness[(int)(share * (lateness.Count - 1))];
    }

    /// <summary>Runs a cluster and its proposers at full speed.</summary>
    /// <returns>How many commands it applied.</returns>
    private static async Task<long> RunClusterAsync(string clusterId, CancellationToken ending)
    {
        using CancellationTokenSource stopping = new();
        ChannelNetwork network = new();
        string[] ids = ["n1", "n2", "n3"];
        RaftNodeOptions options = new()
        {
            ClusterId = clusterId,
            Members = [.. ids.Select(static id => (RaftMember)id)],
            MaximumCachedEntries = CachedEntries,
        };
        List<RaftNode> nodes = [];
        List<Counter> counters = [];
        foreach (string id in ids)
        {
            InMemoryLogStore store = new();
            counters.Add(new Counter(store));
            RaftNodePorts ports = new() { Transport = network.CreateTransport(), LogStore = store, StateMachine = counters[^1] };
            nodes.Add(new RaftNode(id, 0, options, ports));
        }

        Task[] running = [.. nodes.Select(node => node.RunAsync(stopping.Token))];
        Task[] proposers = [.. Enumerable.Range(0, ProposersPerCluster)
            .Select(_ => Task.Run(() => ProposeAsync(nodes, ending), CancellationToken.None))];
        await Task.WhenAll(proposers);
        await stopping.CancelAsync();
        await Task.WhenAll(running);
        return counters.Max(static counter => counter.Count);
    }

    private static async Task ProposeAsync(List<RaftNode> nodes, CancellationToken ending)
    {
        RaftNode leader = nodes[0];
        byte[] command = "a command of some length"u8.ToArray();
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await leader.ProposeAsync(new ReadOnlyMemory<byte>(command), CancellationToken.None);
            }
            catch (ProposalRefusedException)
            {
                NodeId id = await leader.WaitForLeaderAsync(CancellationToken.None);
                leader = nodes.Single(node => node.Id == id);
            }
            catch (OutcomeUnknownException)
            {
                // it only counts
            }
        }
    }

    /// <summary>Counts, and drops the entries that it has applied.</summary>
    private sealed class Counter(InMemoryLogStore store) : IStateMachine
    {
        private const long KeptEntries = 4 * CachedEntries; // for followers that fall behind
        private long _compacted;

        public long Count { get; private set; }

        public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            Count += batch.Count;
            long superfluous = batch.Context(batch.Count - 1).Index - KeptEntries;
            if (superfluous > _compacted + 1_024)
            {
                _compacted = superfluous;
                await store.CompactAsync(superfluous);
            }
        }
    }
}
