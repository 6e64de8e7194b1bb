namespace Raft.Consensus;

/// <summary>
/// When each voter was last heard from: which voters this node can reach, and for how long a leader has not heard from a quorum.
/// The module decides which messages count; see <c>NoteContact</c>.
/// </summary>
internal sealed class VoterContact(ClusterConfiguration configuration, int self)
{
    private readonly TimeSpan?[] _heardAt = new TimeSpan?[configuration.Voters.Count];
    private TimeSpan _leadingSince;
    private TimeSpan _pausedUntil;
    private TimeSpan? _pardonedSilence;

    /// <summary>A message of a voter has arrived. One from a node that is not a voter is ignored.</summary>
    public void OnHeard(NodeId voter, TimeSpan now)
    {
        int position = configuration.PositionOf(voter);
        if (position >= 0)
        {
            _heardAt[position] = now;
        }
    }

    /// <summary>The node has become the leader: silence counts from now on, since it has asked nobody before.</summary>
    public void OnLeading(TimeSpan now) => _leadingSince = now;

    /// <summary>The process was paused until now.</summary>
    public void OnPaused(TimeSpan now) => _pausedUntil = now;

    /// <summary>When this leader last heard from a voter; the start of its leadership if it has not heard from it since then.</summary>
    public TimeSpan HeardAt(int position) => _heardAt[position] is { } heardAt && heardAt > _leadingSince ? heardAt : _leadingSince;

    /// <summary>The time since which this leader has heard from a quorum, itself included.</summary>
    public TimeSpan QuorumHeardAt(TimeSpan now)
    {
        Span<long> heard = stackalloc long[_heardAt.Length];
        for (int i = 0; i < heard.Length; i++)
        {
            heard[i] = HeardAt(i).Ticks;
        }

        heard[self] = now.Ticks;
        return TimeSpan.FromTicks(configuration.Quorum.LargestReached(heard));
    }

    /// <summary>The voters that were heard from within a time, as bits at their positions; this node is always among them.</summary>
    public ulong HeardWithin(TimeSpan duration, TimeSpan now)
    {
        ulong heard = 1UL << self;
        for (int i = 0; i < _heardAt.Length; i++)
        {
            heard |= now - _heardAt[i] <= duration ? 1UL << i : 0;
        }

        return heard;
    }

    /// <summary>Voters that have been silent for a time no longer count as reachable.</summary>
    public void ForgetSilent(TimeSpan silence, TimeSpan now)
    {
        for (int i = 0; i < _heardAt.Length; i++)
        {
            if (now - _heardAt[i] >= silence)
            {
                _heardAt[i] = null;
            }
        }
    }

    /// <summary>
    /// Whether a silence is excused because the process was paused meanwhile: the followers had no request to answer. Each silence
    /// is excused once, so that a leader whose process is always late does not stay forever.
    /// </summary>
    /// <param name="quorumHeardAt">When the silence began.</param>
    public bool TryPardon(TimeSpan quorumHeardAt)
    {
        if (_pausedUntil <= quorumHeardAt || _pardonedSilence == quorumHeardAt)
        {
            return false;
        }

        _pardonedSilence = quorumHeardAt;
        return true;
    }
}
