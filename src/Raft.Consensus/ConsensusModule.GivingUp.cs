namespace Raft.Consensus;

/// <content>
/// A leader that is not fit to lead, because its disk or its state machine hangs: only its host knows that. It hands over, or steps down
/// like a leader without a quorum (dissertation, section 6.2), and starts no election for a while. It still votes and follows.
/// </content>
public sealed partial class ConsensusModule
{
    private TimeSpan _candidacyWithheldUntil = TimeSpan.MinValue;

    /// <summary>
    /// The highest entry that this node, or a leader that it has followed, knows to be committed. The node need not hold it yet.
    /// </summary>
    internal long KnownCommitIndex => Math.Max(CommitIndex, CommitIndexOfLeader);

    /// <summary>Whether this node starts no election for now; see <see cref="WithholdCandidacy"/>.</summary>
    internal bool IsCandidacyWithheld => _now < _candidacyWithheldUntil;

    /// <summary>When this node may start an election, if it is a voter.</summary>
    private TimeSpan CampaignAt => _electionDeadline > _candidacyWithheldUntil ? _electionDeadline : _candidacyWithheldUntil;

    /// <summary>This leader becomes a follower in its term, which keeps its vote. Does nothing for any other role.</summary>
    /// <param name="now">The time.</param>
    internal void StepDown(TimeSpan now)
    {
        SetTime(now);
        if (Role == RaftRole.Leader)
        {
            BecomeFollower(Term, leader: null);
        }
    }

    /// <summary>
    /// From now on this node starts no election, asks for no pre-vote, and refuses to take over a leadership. It votes and follows.
    /// </summary>
    /// <param name="until">When it may campaign again at the latest.</param>
    /// <param name="now">The time.</param>
    internal void WithholdCandidacy(TimeSpan until, TimeSpan now)
    {
        SetTime(now);
        _candidacyWithheldUntil = until;
    }

    /// <summary>Ends <see cref="WithholdCandidacy"/>: the node waits for a whole election timeout before it campaigns.</summary>
    /// <param name="now">The time.</param>
    internal void AllowCandidacy(TimeSpan now)
    {
        SetTime(now);
        _candidacyWithheldUntil = TimeSpan.MinValue;
        ResetElectionDeadline();
    }

    /// <summary>
    /// Starts to hand over because another node is fitter to lead, or makes a transfer that is under way one for this reason: proposals
    /// are refused at once, and the target has at most <paramref name="timeout"/> to catch up.
    /// </summary>
    /// <param name="target">The voter that is to lead.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it was begun, and if not, why.</returns>
    internal TransferStart BeginGivingUp(NodeId target, TimeSpan timeout, TimeSpan now)
    {
        SetTime(now);
        TransferStart start = _transfer is null ? BeginTransfer(target, timeout, now) : TransferStart.Begun;
        _transfer?.GiveUpBy(_now + timeout);
        return start;
    }

    /// <summary>Whether another node could take over this leadership: a voter that has sent a message recently and does not stop.</summary>
    /// <param name="node">The node.</param>
    /// <returns>False for any other.</returns>
    internal bool MayLead(NodeId node) => Configuration.IsVoter(node) && IsAvailable(node);
}
