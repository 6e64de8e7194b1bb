namespace Raft.Consensus;

/// <summary>
/// Knows which entries are durable. The host reports versions of writes, never indices: an index that was written,
/// truncated and written anew would otherwise be credited with the durability of what stood there before.
/// </summary>
internal sealed class DurabilityTracker(long durableIndex)
{
    private readonly List<Write> _inFlight = [];

    private record struct Write(long Version, long LastIndex);

    /// <summary>Up to here the node's own log is durable, as it stands now.</summary>
    public long DurableIndex { get; private set; } = durableIndex;

    /// <summary>Every write up to this version is durable.</summary>
    public long DurableVersion { get; private set; }

    public long IssuedVersion { get; private set; }

    /// <summary>What <see cref="DurableIndex"/> will be when everything that was issued is durable.</summary>
    public long IssuedIndex => _inFlight.Count == 0 ? DurableIndex : _inFlight[^1].LastIndex;

    /// <summary>Takes it that the log store holds everything up to <paramref name="index"/> from an earlier life.</summary>
    public void Recover(long index) => DurableIndex = index;

    /// <summary>Numbers a write after which the log ends durably at <paramref name="lastIndex"/>.</summary>
    public long Issue(long lastIndex)
    {
        _inFlight.Add(new Write(++IssuedVersion, lastIndex));
        return IssuedVersion;
    }

    /// <summary>
    /// The log was cut: nothing that stood at or behind <paramref name="index"/> counts as durable any more, whether a
    /// write of it has completed or will complete later.
    /// </summary>
    public void TruncateFrom(long index)
    {
        DurableIndex = Math.Min(DurableIndex, index - 1);
        for (int i = 0; i < _inFlight.Count; i++)
        {
            Write write = _inFlight[i];
            _inFlight[i] = write with { LastIndex = Math.Min(write.LastIndex, index - 1) };
        }
    }

    /// <summary>Takes it that every write up to <paramref name="version"/> is durable. Reports may repeat and come in any order.</summary>
    public void Persisted(long version)
    {
        if (version > IssuedVersion)
        {
            throw new ConsensusInvariantException($"Version {version} was reported durable; the last one issued is {IssuedVersion}.");
        }

        int completed = 0;
        while (completed < _inFlight.Count && _inFlight[completed].Version <= version)
        {
            DurableIndex = _inFlight[completed].LastIndex;
            completed++;
        }

        _inFlight.RemoveRange(0, completed);
        DurableVersion = Math.Max(DurableVersion, version);
    }
}
