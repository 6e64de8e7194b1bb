using Raft.Consensus;

namespace Raft;

/// <summary>What is wrong with the links of an <see cref="InProcessNetwork"/> at the moment.</summary>
/// <remarks>Safe to use from any thread. A message on a healthy network only reads <see cref="Any"/>.</remarks>
internal sealed class LinkFaults(ulong seed)
{
    private readonly Lock _lock = new();
    private readonly DeterministicRandom _random = new(seed);
    private readonly HashSet<(NodeId From, NodeId To)> _cuts = [];
    private readonly HashSet<NodeId> _isolated = [];
    private double _dropRate;
    private TimeSpan _minimumDelay;
    private TimeSpan _maximumDelay;
    private volatile bool _any;

    /// <summary>Whether there is any fault at all.</summary>
    public bool Any => _any;

    public double DropRate
    {
        get
        {
            lock (_lock)
            {
                return _dropRate;
            }
        }

        set
        {
            lock (_lock)
            {
                _dropRate = value;
                Summarize();
            }
        }
    }

    public (TimeSpan Minimum, TimeSpan Maximum) Delay
    {
        get
        {
            lock (_lock)
            {
                return (_minimumDelay, _maximumDelay);
            }
        }

        set
        {
            lock (_lock)
            {
                (_minimumDelay, _maximumDelay) = value;
                Summarize();
            }
        }
    }

    public void Cut(NodeId from, NodeId to)
    {
        lock (_lock)
        {
            _cuts.Add((from, to));
            Summarize();
        }
    }

    public void Restore(NodeId from, NodeId to)
    {
        lock (_lock)
        {
            _cuts.Remove((from, to));
            Summarize();
        }
    }

    public void Isolate(NodeId node)
    {
        lock (_lock)
        {
            _isolated.Add(node);
            Summarize();
        }
    }

    public void Rejoin(NodeId node)
    {
        lock (_lock)
        {
            _isolated.Remove(node);
            Summarize();
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _cuts.Clear();
            _isolated.Clear();
            _dropRate = 0;
            _minimumDelay = _maximumDelay = TimeSpan.Zero;
            Summarize();
        }
    }

    /// <summary>Decides what becomes of a message that is sent now.</summary>
    public DropReason Judge(NodeId from, NodeId to, out TimeSpan delay)
    {
        lock (_lock)
        {
            delay = TimeSpan.Zero;
            if (IsSevered(from, to))
            {
                return DropReason.Cut;
            }

            // Nothing is drawn that is not needed, so that a fault leaves the runs of the others as they are.
            if (_dropRate > 0 && NextUnit() < _dropRate)
            {
                return DropReason.Random;
            }

            delay = _minimumDelay == _maximumDelay ? _minimumDelay : _random.NextBetween(_minimumDelay, _maximumDelay);
            return DropReason.None;
        }
    }

    /// <summary>Whether nothing passes from one node to the other.</summary>
    public bool IsCut(NodeId from, NodeId to)
    {
        lock (_lock)
        {
            return IsSevered(from, to);
        }
    }

    private bool IsSevered(NodeId from, NodeId to) => _isolated.Contains(from) || _isolated.Contains(to) || _cuts.Contains((from, to));

    /// <summary>A number from 0 to just below 1, so that a rate of 1 drops everything.</summary>
    private double NextUnit() => (_random.NextUInt64() >> 11) * (1.0 / (1UL << 53));

    private void Summarize() => _any = _cuts.Count > 0 || _isolated.Count > 0 || _dropRate > 0 || _maximumDelay > TimeSpan.Zero;
}
