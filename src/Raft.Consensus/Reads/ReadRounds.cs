namespace Raft.Consensus;

/// <summary>
/// The leader's rounds of heartbeats that confirm its leadership for reads (dissertation, section 6.4). All reads that wait share one
/// round. A read that arrives during a round waits for the next one: an answer to a heartbeat that was sent before the read arrived does
/// not prove that this node still led then.
/// </summary>
internal sealed class ReadRounds
{
    private readonly List<ReadIndexRequestMessage> _waiting = []; // at most one of each member
    private readonly List<ReadIndexRequestMessage> _inRound = [];

    /// <summary>Whether a round is under way.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Whether requests of other nodes wait for the next round.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>Only answers to requests with this number or a later one count for the round.</summary>
    public long FirstRequest { get; private set; }

    /// <summary>The commit index at the start of the round.</summary>
    public long Index { get; private set; }

    /// <summary>When the round started.</summary>
    public TimeSpan StartedAt { get; private set; }

    /// <summary>The last read of this node that the round is for.</summary>
    public long Through { get; private set; }

    /// <summary>The requests of other nodes that the round is for.</summary>
    public List<ReadIndexRequestMessage> Requests => _inRound;

    /// <summary>
    /// Another node's request has arrived. It replaces an earlier one of the same node that waits. A repetition of one in the round under
    /// way is ignored, and so is a late one of the same run: the node waits for the answer to its latest. A node that has started again
    /// numbers its requests from another number on, or has a clock that did not start again.
    /// </summary>
    public void Add(ReadIndexRequestMessage request)
    {
        foreach (ReadIndexRequestMessage pending in _inRound)
        {
            if (pending.From == request.From && pending.Correlation == request.Correlation && pending.Moment == request.Moment)
            {
                return;
            }
        }

        for (int i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].From == request.From)
            {
                _waiting[i] = IsLate(request, _waiting[i]) ? _waiting[i] : request;
                return;
            }
        }

        _waiting.Add(request);
    }

    private static bool IsLate(ReadIndexRequestMessage request, ReadIndexRequestMessage waiting) =>
        ReadRequestNumbers.IsEarlier(request.Correlation, waiting.Correlation) && request.Moment <= waiting.Moment;

    /// <summary>Starts a round for all reads that wait.</summary>
    /// <param name="firstRequest">The number that the next AppendEntries will have.</param>
    /// <param name="index">The commit index.</param>
    /// <param name="through">The last read of this node that waits.</param>
    /// <param name="now">The time.</param>
    public void Begin(long firstRequest, long index, long through, TimeSpan now)
    {
        IsUnderWay = true;
        FirstRequest = firstRequest;
        Index = index;
        Through = through;
        StartedAt = now;
        _inRound.AddRange(_waiting);
        _waiting.Clear();
    }

    /// <summary>The round is answered.</summary>
    public void End()
    {
        IsUnderWay = false;
        _inRound.Clear();
    }

    /// <summary>The leader was deposed: it answers nothing any more. Nodes that have asked it ask the next leader.</summary>
    public void Clear()
    {
        End();
        _waiting.Clear();
    }
}
