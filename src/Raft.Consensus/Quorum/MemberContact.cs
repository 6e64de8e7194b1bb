namespace Raft.Consensus;

/// <summary>
/// When the last message of each member arrived: which members this node can reach, and since when a leader has had no messages from a
/// quorum.
/// The module decides which messages count; see <c>NoteContact</c>.
/// </summary>
internal sealed class MemberContact
{
    private readonly NodeId _self;
    private readonly List<(NodeId Member, TimeSpan HeardAt)> _contacts = [];
    private readonly Func<NodeId, long> _heardAt;
    private NodeSet _reachable = NodeSet.Empty;
    private TimeSpan _leadingSince;
    private TimeSpan? _pardonedSilence;
    private TimeSpan _now;

    /// <param name="self">This node, which always reaches itself.</param>
    public MemberContact(NodeId self)
    {
        _self = self;
        _heardAt = node => node == _self ? _now.Ticks : HeardAt(node).Ticks;
    }

    /// <summary>When the last pause of the process ended.</summary>
    public TimeSpan PausedUntil { get; private set; }

    /// <summary>A message of a node has arrived.</summary>
    public void OnHeard(NodeId node, TimeSpan now)
    {
        for (int i = 0; i < _contacts.Count; i++)
        {
            if (_contacts[i].Member == node)
            {
                _contacts[i] = (node, now);
                return;
            }
        }

        _contacts.Add((node, now));
    }

    /// <summary>The node has become the leader: silence counts from now on, since it has sent no requests before.</summary>
    public void OnLeading(TimeSpan now) => _leadingSince = now;

    /// <summary>The process was paused until now.</summary>
    public void OnPaused(TimeSpan now) => PausedUntil = now;

    /// <summary>When the last message of a node arrived; the start of this leadership if none has arrived since then.</summary>
    public TimeSpan HeardAt(NodeId node) => LastHeardAt(node) is { } heardAt && heardAt > _leadingSince ? heardAt : _leadingSince;

    /// <summary>The time since which messages of a quorum have arrived at this leader, itself included if it votes.</summary>
    public TimeSpan QuorumHeardAt(ClusterConfiguration configuration, TimeSpan now)
    {
        _now = now;
        return TimeSpan.FromTicks(configuration.LargestReached(_heardAt));
    }

    /// <summary>The same, or the end of the last pause of the process if that is later: the followers had no request to answer.</summary>
    public TimeSpan QuorumHeardOrPausedAt(ClusterConfiguration configuration, TimeSpan now)
    {
        TimeSpan heardAt = QuorumHeardAt(configuration, now);
        return heardAt > PausedUntil ? heardAt : PausedUntil;
    }

    /// <summary>
    /// The members of which a message arrived within a time, this node included. It is the same object as long as they are the same.
    /// </summary>
    public NodeSet HeardWithin(TimeSpan duration, ClusterConfiguration configuration, TimeSpan now)
    {
        int count = 0;
        bool isSame = true;
        foreach (NodeId node in configuration.MemberIds)
        {
            if (node == _self || now - LastHeardAt(node) <= duration)
            {
                isSame &= count < _reachable.Count && _reachable[count] == node;
                count++;
            }
        }

        if (!isSame || count != _reachable.Count)
        {
            _reachable = FindHeard(duration, configuration, now);
        }

        return _reachable;
    }

    private NodeSet FindHeard(TimeSpan duration, ClusterConfiguration configuration, TimeSpan now) =>
        new([.. configuration.Members
            .Select(static member => member.NodeId)
            .Where(node => node == _self || WasHeardWithin(duration, node, now))]);

    /// <summary>Whether a message of another node arrived within a time.</summary>
    public bool WasHeardWithin(TimeSpan duration, NodeId node, TimeSpan now) => now - LastHeardAt(node) <= duration;

    /// <summary>Nodes that have been silent for a time no longer count as reachable.</summary>
    public void ForgetSilent(TimeSpan silence, TimeSpan now) => _contacts.RemoveAll(contact => now - contact.HeardAt >= silence);

    /// <summary>
    /// Whether a silence is excused because the process was paused meanwhile: the followers had no request to answer. Each silence
    /// is excused once, so that a leader whose process is always late does not stay forever.
    /// </summary>
    /// <param name="quorumHeardAt">When the silence began.</param>
    public bool TryPardon(TimeSpan quorumHeardAt)
    {
        if (PausedUntil <= quorumHeardAt || _pardonedSilence == quorumHeardAt)
        {
            return false;
        }

        _pardonedSilence = quorumHeardAt;
        return true;
    }

    private TimeSpan? LastHeardAt(NodeId node)
    {
        foreach ((NodeId member, TimeSpan heardAt) in _contacts)
        {
            if (member == node)
            {
                return heardAt;
            }
        }

        return null;
    }
}
