namespace Raft;

/// <summary>
/// The differences between states that a leader has reported, until they are over: as a whole here, and as they concern a member in
/// <see cref="ComparedMember"/>.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="members">What is known of the members.</param>
internal sealed class KnownDifferences(NodeId self, ComparedMembers members)
{
    private StateDivergence? _latest; // without a majority only if no minority is known

    /// <summary>The states that differ; null if none are known. If that of this node is wrong, no other difference hides it.</summary>
    public StateDivergence? Divergence => _latest is not null && Own is { HasMajority: true } own ? own : _latest;

    /// <summary>The difference as it concerns this node; null if it does not.</summary>
    public StateDivergence? Own => members.Of(self).Difference;

    /// <summary>A leadership begins.</summary>
    /// <param name="known">A difference that concerns this node, from before; null if there is none.</param>
    public void Begin(StateDivergence? known)
    {
        _latest = known;
        foreach (NodeId node in known?.Concerned() ?? [])
        {
            members.Of(node).Differ(known!);
        }
    }

    /// <summary>The leadership is over.</summary>
    public void Clear() => _latest = null;

    /// <summary>
    /// Whether a round shows only what is already reported: apart from the members that are known to differ, the states are the same. Some
    /// members of a majority may not have reported yet; it does not matter which. A difference that is over is not reported again because
    /// another member reports late, or the configuration changes.
    /// </summary>
    public bool Include(DigestRound round, ulong? majority)
    {
        if (majority is not null)
        {
            return round.Digests.All(each => each.Digest == majority || round.IsJudged(each.Node, majority)
                || members.Of(each.Node).IsKnownToDifferAt(round.Index, hasMajority: true));
        }

        (NodeId Node, ulong Digest)[] others =
            [.. round.Digests.Where(each => members.Of(each.Node).Difference is not { HasMajority: true })];
        return round.Digests.All(each => round.IsJudged(each.Node, majority: null))
            || others.All(each => each.Digest == others[0].Digest)
            || others.All(each => members.Of(each.Node).IsKnownToDifferAt(round.Index, hasMajority: false));
    }

    /// <summary>A round shows a difference that is not known.</summary>
    /// <param name="divergence">The difference.</param>
    /// <param name="round">The round.</param>
    /// <param name="agreedBefore">The last index before the round at which the state of a member was the right one.</param>
    /// <returns>The difference as it concerns this node; null if it does not, or if that is known.</returns>
    public StateDivergence? Add(StateDivergence divergence, DigestRound round, Func<NodeId, long> agreedBefore)
    {
        bool hasMajority = divergence.HasMajority;
        if (hasMajority && _latest is { HasMajority: false })
        {
            Forget(); // now it is known which state is the right one
        }

        StateDivergence? own = null;
        foreach (NodeId node in divergence.Concerned())
        {
            ComparedMember member = members.Of(node);
            bool isJudged = hasMajority && round.IsJudged(node, divergence.Sides[0].Digest);
            if (!isJudged && !member.IsKnownToDifferAt(round.Index, hasMajority))
            {
                member.Differ(divergence with { AgreedIndex = agreedBefore(node) });
                own = node == self ? member.Difference : own;
            }
        }

        _latest = hasMajority || !members.HaveMinority ? divergence : _latest;
        return own;
    }

    /// <summary>
    /// Ends what is over. A difference has ended when each member of the minority has the state of the majority again, or has left. One
    /// without a majority ends for this node when there is a majority that includes it. It may outlast a minority.
    /// </summary>
    /// <returns>The difference that has ended, and why; null if none has.</returns>
    public (StateDivergence Divergence, string Reason)? End()
    {
        if (_latest is not { } known)
        {
            return null;
        }

        bool ownHasEnded = members.Of(self).HasRecovered;
        bool allHaveRecovered = known.Concerned().All(node => members.Find(node)?.AgreedIndex >= known.DifferingIndex);
        foreach (ComparedMember member in members.All)
        {
            if (member.HasRecovered)
            {
                member.EndDifference();
            }
        }

        if (Lasts(known))
        {
            return null;
        }

        _latest = Own is { } own && Lasts(own) ? own : null;
        if (_latest is null)
        {
            Forget();
        }

        string reason = allHaveRecovered ? "they are the same again"
            : ownHasEnded ? "the state of this node is that of a majority, and the others have not been compared since"
            : "the members whose states differed have left the cluster";
        return (known, reason);
    }

    private bool Lasts(StateDivergence difference) => difference.HasMajority
        ? members.HaveMinority
        : members.Of(self).DifferingIndex > 0 && members.All.Count(static member => member.DifferingIndex > 0) > 1;

    private void Forget()
    {
        foreach (ComparedMember member in members.All)
        {
            member.EndDifference();
        }
    }
}
