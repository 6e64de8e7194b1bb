namespace Raft.Consensus;

/// <content>The times of entries, from the clocks of the voters: see <see cref="VoterClocks"/>.</content>
public sealed partial class ConsensusModule
{
    private readonly VoterClocks _clocks;

    /// <summary>The time that the clocks of a majority of the voters have reached, as a leader estimates it; null if it cannot.</summary>
    internal DateTimeOffset? MajorityTime => _clocks.MajorityTime(Configuration, UtcNow, _now);

    /// <summary>The time of the last entry of the log.</summary>
    internal DateTimeOffset LastTime => _log.LastTime;

    /// <summary>What the clock of a member shows; null if that is not known.</summary>
    /// <param name="member">The member.</param>
    internal DateTimeOffset? ClockOf(NodeId member) => member == Id ? UtcNow : _clocks.TimeOf(member, _now);
}
