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

    /// <summary>A clock may run at half its rate, so that a bound takes twice as long.</summary>
    private const double SlowestClock = 0.5;

    private static readonly double[] Bounds = [0, 0.05, 0.3, 2];

    private int _pending;

    /// <summary>How many reads were answered.</summary>
    public long Answered { get; private set; }

    /// <summary>Begins a read, unless too many wait. It ends by itself.</summary>
    public void Begin(SimulatedNode node, RaftNode raft, SeededRandom random, TimeSpan patience)
    {
        int kind = random.Next(10);
        double seconds = Bounds[random.Next(Bounds.Length)];
        if (_pending >= MostPending)
        {
            return;
        }

        TimeSpan now = cluster.World.Clock.Now;
        TimeSpan bound = TimeSpan.FromSeconds(seconds);
        (ReadConsistency consistency, long least) = kind switch
        {
            < 6 => (ReadConsistency.Linearizable, record.LastSeen),
            < 8 => (ReadConsistency.BoundedStaleness(bound), record.SeenAt(now - (bound / SlowestClock))),
            < 9 => (ReadConsistency.AtLeast(record.LastSeen), record.LastSeen),
            _ => (ReadConsistency.Local, 0),
        };
        _ = ReadAsync(node, raft, consistency, least, patience);
    }

    private async Task ReadAsync(SimulatedNode node, RaftNode raft, ReadConsistency consistency, long least, TimeSpan patience)
    {
        _pending++;
        using CancellationTokenSource patienceEnds = new();
        using IClockTimer timer = cluster.World.Clock.CreateTimer(patienceEnds.Cancel);
        timer.Set(cluster.World.Clock.Now + patience);
        TimeSpan begin = cluster.World.Clock.Now;
        try
        {
            (long index, bool isExact) = await raft.ReadAsync(
                static (SlowStateMachine machine) => (machine.LastCommand, machine.IsExact), consistency, patienceEnds.Token)
                .ConfigureAwait(false);
            Answered++;
            if (index < least)
            {
                node.Report(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Reads see what was acknowledged is broken: a read ({consistency}) on {node.Id} began at {begin.TotalSeconds:F6} s, when "
                        + $"index {least} had been acknowledged or read, and saw the state at index {index}."));
            }

            if (isExact)
            {
                record.See(index);
            }
        }
        catch (Exception exception) when (exception is RaftException or OperationCanceledException)
        {
            // the node stops or is overloaded, or there was no leader in time
        }
        finally
        {
            _pending--;
        }
    }
}
