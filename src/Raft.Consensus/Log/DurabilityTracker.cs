namespace Raft.Consensus;

/// <summary>
/// Tracks which entries are durable. The host reports versions of writes, never indices: an index that was written, truncated
/// and written again would otherwise be credited with the durability of the entry that was there before.
/// </summary>
internal sealed class DurabilityTracker(long durableIndex)
{
    private readonly List<Write> _inFlight = [];

    private record struct Write(long Version, long LastIndex);

    /// <summary>The index up to which the node's log, as it is now, is durable.</summary>
    public long DurableIndex { get; private set; } = durableIndex;

    /// <summary>Every write up to this version is durable.</summary>
    public long DurableVersion { get; private set; }

    public long IssuedVersion { get; private set; }

    /// <summary>The value of <see cref="DurableIndex"/> once all issued writes are durable.</summary>
    public long IssuedIndex => _inFlight.Count == 0 ? DurableIndex : _inFlight[^1].LastIndex;

    /// <summary>Records that the log store holds everything up to <paramref name="index"/> since before the node started.</summary>
    public void Recover(long index) => DurableIndex = index;

    /// <summary>Numbers a write that makes the log durable up to <paramref name="lastIndex"/>, where it then ends.</summary>
    public long Issue(long lastIndex)
    {
        _inFlight.Add(new Write(++IssuedVersion, lastIndex));
        return IssuedVersion;
    }

    /// <summary>
    /// The log was truncated: no entry at or after <paramref name="index"/> counts as durable any more, whether its write has
    /// completed or will complete later.
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

    /// <summary>Records that every write up to <paramref name="version"/> is durable. Reports may repeat and come in any order.</summary>
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
