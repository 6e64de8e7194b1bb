using Raft.Testing;

namespace Raft.SimulationRuns;

/// <summary>
/// What happens to the bytes of simulated connections. Links decide whether they pass; the conditions of the network, and rates that follow
/// from the seed, decide the rest until the weather is over.
/// </summary>
/// <remarks>
/// A stream neither loses, repeats nor reorders bytes. Where messages would be lost, it is reset or waits until bytes are sent again; where
/// they would be reordered, it stalls; where they would be repeated, a bit is inverted, which the checksum of a frame must show.
/// </remarks>
internal sealed class StreamWeather
{
    private const double ResetsPerLoss = 0.15;
    private const double FlipsPerRepetition = 0.1;
    private static readonly TimeSpan LongestStall = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRetransmission = TimeSpan.FromMilliseconds(250);

    private readonly SimulatedNetwork _network;
    private readonly double _resetRate;
    private readonly double _stallRate;
    private bool _isOver;

    public StreamWeather(SimulatedWorld world, SeededRandom random)
    {
        _network = world.Network;
        Random = random;
        _resetRate = Pick(0, 0, 0.000_3, 0.003);
        _stallRate = Pick(0, 0, 0.001, 0.01);
        Capacity = (int)Pick(500, 4_000, 64_000);
        SplitRate = Pick(0.05, 0.5, 1);
    }

    public SeededRandom Random { get; }

    /// <summary>How many bytes are under way in a direction of a connection before a write waits.</summary>
    public int Capacity { get; }

    /// <summary>How likely a read returns fewer bytes than have arrived.</summary>
    public double SplitRate { get; }

    /// <summary>Whether bytes pass from a node to another.</summary>
    public bool Passes(NodeId from, NodeId to) => !_network.IsCut(from, to) && !_network.IsClogged(from, to);

    /// <summary>Whether a link is cut in any direction, so that no connection is made.</summary>
    public bool IsCut(NodeId one, NodeId other) => _network.IsCut(one, other) || _network.IsCut(other, one);

    /// <summary>How long bytes travel.</summary>
    public TimeSpan DrawDelay()
    {
        NetworkConditions conditions = _network.Conditions;
        return Random.NextBetween(conditions.MinimumDelay, conditions.MaximumDelay);
    }

    /// <summary>How much longer bytes travel because something is lost or in the way.</summary>
    public TimeSpan DrawStall()
    {
        NetworkConditions conditions = _network.Conditions;
        if (Random.Chance(conditions.DropRate))
        {
            return Random.NextBetween(TimeSpan.FromMilliseconds(10), LongestRetransmission);
        }

        if (Random.Chance(conditions.ReorderRate))
        {
            return Random.NextBetween(TimeSpan.Zero, conditions.ReorderDelay);
        }

        return !_isOver && Random.Chance(_stallRate) ? Random.NextBetween(TimeSpan.Zero, LongestStall) : TimeSpan.Zero;
    }

    /// <summary>Whether a connection is reset now.</summary>
    public bool DrawReset() =>
        Random.Chance(_network.Conditions.DropRate * ResetsPerLoss) || (!_isOver && Random.Chance(_resetRate));

    /// <summary>Whether a bit is inverted.</summary>
    public bool DrawFlip() => Random.Chance(_network.Conditions.DuplicateRate * FlipsPerRepetition);

    /// <summary>No fault occurs any more.</summary>
    public void End() => _isOver = true;

    private double Pick(params ReadOnlySpan<double> choices) => choices[Random.Next(choices.Length)];
}
