using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// Reads of simulated clients, with every consistency, on every node. A read shows a prefix of the log, so it is enough to compare where
/// that ends with what clients had seen before: what was acknowledged, and what other reads had shown. Together with the order of the log
/// itself, this decides whether the history is linearizable.
/// </summary>
internal sealed class SimulatedReads(SimulatedCluster cluster, ClientRecord record)
{
    private const int MostPending = 32;
    private const int MostPatient = 8;
    private const int PatientEvery = 50;

    private static readonly double[] Bounds = [0, 0.05, 0.3, 2];

    private readonly List<Pending> _pending = [];
    private readonly List<(Pending Read, WantedAnswer Answer)> _patient = []; // they live through faults
    private long _begun;
    private readonly SortedDictionary<NodeId, (RaftNode Life, long Index)> _shown = [];

    /// <summary>How many reads were answered.</summary>
    public long Answered { get; private set; }

    /// <summary>How many reads wait. Those of a node that has crashed are never answered, and do not count.</summary>
    public int Waiting
    {
        get
        {
            _pending.RemoveAll(static read => read.Node.Current != read.Life || read.Node.IsDown);
            return _pending.Count;
        }
    }

    /// <summary>
    /// Begins a read, unless too many wait. It ends by itself, but every fiftieth waits for its answer as long as its node runs, whatever
    /// happens meanwhile.
    /// </summary>
    public void Begin(SimulatedNode node, RaftNode raft, SeededRandom random, TimeSpan patience)
    {
        int kind = random.Next(10);
        TimeSpan bound = TimeSpan.FromSeconds(Bounds[random.Next(Bounds.Length)]);
        if (Waiting >= MostPending)
        {
            return;
        }

        if (++_begun % PatientEvery == 0 && TryBeginPatient(new Pending(node, raft)))
        {
            return;
        }

        if (kind == 0)
        {
            _ = PassBarrierAsync(new Pending(node, raft), record.LastSeen, patience);
            return;
        }

        (ReadConsistency consistency, long least) = kind switch
        {
            < 6 => (ReadConsistency.Linearizable, record.LastSeen),
            < 8 => (ReadConsistency.BoundedStaleness(bound), record.SeenAt(Before(node, bound))),
            < 9 => (ReadConsistency.AtLeast(record.LastSeen), record.LastSeen),
            _ => (ReadConsistency.Local, 0),
        };
        _ = ReadAsync(new Pending(node, raft), consistency, least, patience);
    }

    /// <summary>
    /// Begins a linearizable read and a barrier on every node that runs, which nothing but an answer satisfies: a refusal does not.
    /// </summary>
    /// <returns>Names the nodes that have not answered yet, these reads or those that have waited through the faults.</returns>
    public Func<IReadOnlyList<NodeId>> BeginEverywhere()
    {
        List<(NodeId Node, WantedAnswer Answer)> reads = [];
        foreach (SimulatedNode node in cluster.Nodes.Where(static node => node.IsRunning))
        {
            Pending pending = new(node, node.Raft);
            reads.Add((node.Id, new WantedAnswer(
                () => ReadAsync(pending, ReadConsistency.Linearizable, record.LastSeen, Timeout.InfiniteTimeSpan))));
            reads.Add((node.Id, new WantedAnswer(() => PassBarrierAsync(pending, record.LastSeen, Timeout.InfiniteTimeSpan))));
        }

        ForgetEndedLives();
        reads.AddRange(_patient.Select(static patient => (patient.Read.Node.Id, patient.Answer)));
        return () => [.. reads.Where(static read => !read.Answer.HasArrived()).Select(static read => read.Node).Distinct()];
    }

    private bool TryBeginPatient(Pending read)
    {
        ForgetEndedLives();
        _patient.RemoveAll(static patient => patient.Answer.HasArrived());
        if (_patient.Count >= MostPatient)
        {
            return false;
        }

        _patient.Add((read, new WantedAnswer(
            () => ReadAsync(read, ReadConsistency.Linearizable, record.LastSeen, Timeout.InfiniteTimeSpan))));
        return true;
    }

    /// <summary>A node that ends refuses its reads.</summary>
    private void ForgetEndedLives() =>
        _patient.RemoveAll(static patient => patient.Read.Node.Current != patient.Read.Life || patient.Read.Node.IsDown);

    /// <summary>Just before the oldest moment whose state a read with a bound may show: what happened at that very moment may be missing.</summary>
    private static TimeSpan Before(SimulatedNode node, TimeSpan bound) => node.WorldTimeOf(node.Now - bound) - TimeSpan.FromTicks(2);

    private Task<ReadEnd> ReadAsync(Pending read, ReadConsistency consistency, long least, TimeSpan patience)
    {
        least = Math.Max(least, ShownBy(read));
        TimeSpan began = cluster.World.Clock.Now;
        ReadOfLeader? ofLeader = consistency == ReadConsistency.Linearizable ? cluster.OnReadBegun(read.Node) : null;
        return MakeAsync(read, "A read", patience, async patienceEnds =>
        {
            (long index, bool isExact, bool isChanging) = await read.Life.ReadAsync(
                static (SlowStateMachine machine) => (machine.LastCommand, machine.IsExact, machine.IsChanging), consistency, patienceEnds)
                .ConfigureAwait(false);
            JudgeLeader(read, ofLeader, read.Life.AppliedIndex);
            Judge(read, consistency.ToString(), began, least, index);
            if (isChanging)
            {
                read.Node.Report($"Reads run between two batches is broken: a read ({consistency}) on {read.Node.Id} ran during one.");
            }

            _shown[read.Node.Id] = (read.Life, Math.Max(index, ShownBy(read)));
            if (isExact)
            {
                record.See(index);
            }
        });
    }

    private Task<ReadEnd> PassBarrierAsync(Pending read, long least, TimeSpan patience)
    {
        TimeSpan began = cluster.World.Clock.Now;
        ReadOfLeader? ofLeader = cluster.OnReadBegun(read.Node);
        return MakeAsync(read, "A read barrier", patience, async patienceEnds =>
        {
            long index = await read.Life.ReadBarrierAsync(patienceEnds).ConfigureAwait(false);
            JudgeLeader(read, ofLeader, index);
            Judge(read, "barrier", began, least, index);
            if (read.Life.AppliedIndex < index)
            {
                read.Node.Report(string.Create(
                    CultureInfo.InvariantCulture,
                    $"A barrier waits for its index is broken: {read.Node.Id} answered with {index}, and has applied {read.Life.AppliedIndex}."));
            }
        });
    }

    private async Task<ReadEnd> MakeAsync(Pending read, string name, TimeSpan patience, Func<CancellationToken, Task> call)
    {
        ReadEnd end = ReadEnd.Refused;
        using CancellationTokenSource patienceEnds = new();
        using IClockTimer timer = cluster.World.Clock.CreateTimer(patienceEnds.Cancel);
        if (patience != Timeout.InfiniteTimeSpan)
        {
            timer.Set(cluster.World.Clock.Now + patience);
        }

        _pending.Add(read);
        await read.Node.Calls.MakeAsync(name, async () =>
        {
            try
            {
                await call(patienceEnds.Token).ConfigureAwait(false);
            }
            catch (OverloadedException)
            {
                end = ReadEnd.Overloaded;
                throw;
            }

            Answered++;
            end = ReadEnd.Answered;
        }).ConfigureAwait(false);
        _pending.Remove(read);
        return end;
    }

    private static void Judge(Pending read, string consistency, TimeSpan began, long least, long index)
    {
        if (index < least)
        {
            read.Node.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"Reads see what was acknowledged is broken: a read ({consistency}) on {read.Node.Id} began at {began.TotalSeconds:F6} s, when "
                    + $"index {least} had been acknowledged or read, and saw the state at index {index}."));
        }
    }

    /// <summary>What only a leader knows: a node that does not lead learns the index from one, whose reply the rules judge.</summary>
    private void JudgeLeader(Pending read, ReadOfLeader? ofLeader, long index)
    {
        if (ofLeader is { } known)
        {
            cluster.OnReadAnswered(read.Node, in known, index);
        }
    }

    /// <summary>The highest index that a read of the same run of the same node has shown: no later one shows an older state.</summary>
    private long ShownBy(Pending read) =>
        _shown.TryGetValue(read.Node.Id, out (RaftNode Life, long Index) shown) && shown.Life == read.Life ? shown.Index : 0;

    private enum ReadEnd
    {
        /// <summary>It was refused, or its caller gave up.</summary>
        Refused,

        /// <summary>Too many wait: it may be made again.</summary>
        Overloaded,

        /// <summary>It was answered.</summary>
        Answered,
    }

    /// <summary>A read that must be answered. It is made again while the node has too many.</summary>
    private sealed class WantedAnswer(Func<Task<ReadEnd>> make)
    {
        private Task<ReadEnd> _made = make();

        public bool HasArrived()
        {
            if (_made is { IsCompletedSuccessfully: true, Result: ReadEnd.Overloaded })
            {
                _made = make();
            }

            return _made is { IsCompletedSuccessfully: true, Result: ReadEnd.Answered };
        }
    }

    /// <summary>A read that waits.</summary>
    /// <param name="node">The node.</param>
    /// <param name="life">The run of the node that it was sent to.</param>
    private sealed class Pending(SimulatedNode node, RaftNode life)
    {
        public SimulatedNode Node { get; } = node;

        public RaftNode Life { get; } = life;
    }
}
