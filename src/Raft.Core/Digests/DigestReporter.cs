namespace Raft;

/// <summary>
/// Reports digests of this node's state to the leader, until it answers, and takes the answers. Used by the node's worker while another
/// node leads.
/// </summary>
/// <remarks>
/// A node trusts nobody else's word about its own state: it compares the digest of the majority with its own.
/// </remarks>
/// <param name="history">The digests of its state.</param>
/// <param name="shortestPause">How long it waits for an answer to a new digest, before it repeats the report.</param>
internal sealed class DigestReporter(DigestHistory history, TimeSpan shortestPause)
{
    private const int LongestPause = 64; // in shortest ones

    private NodeId? _leader;
    private long _received; // the leader has answered the digests up to here
    private long _reported;
    private TimeSpan _reportAt;
    private TimeSpan _pause;

    /// <summary>Called when the leader reports that states differ: with the difference.</summary>
    public required Action<StateDivergence> Differs { get; init; }

    /// <summary>Called when a difference has ended for this node.</summary>
    public required Action<StateDivergence> Ends { get; init; }

    /// <summary>The last index at which the state of this node was that of a majority, since its start; 0 if none is known.</summary>
    public long AgreedIndex { get; private set; }

    /// <summary>The difference that concerns this node; null if none is known.</summary>
    public StateDivergence? Divergence { get; private set; }

    /// <summary>When it must report again.</summary>
    public TimeSpan NextDeadline => IsDue ? _reportAt : TimeSpan.MaxValue;

    private bool IsDue => _leader is not null && history.LastIndex > _received;

    /// <summary>Another node leads, or none: what was reported before is reported again.</summary>
    /// <param name="leader">The leader; null if there is none, or if it is this node.</param>
    /// <param name="known">A difference that concerns this node; null if there is none.</param>
    public void Follow(NodeId? leader, StateDivergence? known)
    {
        _leader = leader;
        (_received, _reported) = (0, 0);
        Divergence = known;
    }

    /// <summary>The state of this node was that of a majority at an index.</summary>
    public void Agree(long index) => AgreedIndex = Math.Max(AgreedIndex, index);

    /// <summary>Takes an answer of the leader to a report of this run of the node.</summary>
    public void OnReply(StateDigestReplyMessage reply)
    {
        if (reply.AgreedIndex <= _reported)
        {
            Agree(reply.AgreedIndex);
        }

        if (reply.Divergence is { } divergence)
        {
            if (divergence.HasMajority && history.Find(divergence.DifferingIndex) == divergence.Sides[0].Digest)
            {
                _received = Math.Min(_received, divergence.DifferingIndex - 1); // the leader received another one: repeat it
                return;
            }

            OnDifference(divergence);
        }
        else if (Divergence is { } known && AgreedIndex >= known.DifferingIndex)
        {
            Divergence = null;
            Ends(known);
        }

        _received = Math.Max(_received, Math.Min(reply.ReceivedIndex, history.LastIndex));
    }

    /// <summary>Reports new digests at once, and those that are not answered again, in growing intervals.</summary>
    /// <returns>The digests to report now; empty if there are none.</returns>
    public IndexedDigest[] TakeDue(TimeSpan now)
    {
        bool isNew = history.LastIndex > _reported;
        if (!IsDue || (!isNew && now < _reportAt))
        {
            return [];
        }

        _pause = isNew ? shortestPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, shortestPause.Ticks * LongestPause));
        _reportAt = now + _pause;
        _reported = history.LastIndex;
        return history.LatestAfter(_received, StateDigestMessage.MostDigests);
    }

    /// <summary>
    /// The first index at which the states differ says most about the cause, so a later one replaces nothing. A difference without a
    /// majority does not make a state right that is known to be wrong.
    /// </summary>
    private void OnDifference(StateDivergence divergence)
    {
        bool isKnown = Divergence is { } known
            && (known.HasMajority == divergence.HasMajority
                ? known.DifferingIndex <= divergence.DifferingIndex
                : known.HasMajority && AgreedIndex < known.DifferingIndex);
        if (!isKnown && history.Find(divergence.DifferingIndex) is not null)
        {
            if (Divergence is { HasMajority: true } earlier && AgreedIndex >= earlier.DifferingIndex)
            {
                Ends(earlier); // the answer that said so was lost
            }

            Divergence = divergence;
            Differs(divergence);
        }
    }
}
