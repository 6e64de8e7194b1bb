namespace Raft.Consensus;

/// <content>Check-quorum: a leader that receives no messages from a quorum steps down. Dissertation, section 6.2.</content>
public sealed partial class ConsensusModule
{
    private TimeSpan _checkQuorumAt;

    /// <summary>Whether this node decides alone, as in a cluster of one.</summary>
    private bool IsQuorumAlone => Configuration.OutcomeOf(_ownVoteOnly) == VoteOutcome.Won;

    /// <summary>Whether this leader needs messages from others to remain the leader.</summary>
    private bool NeedsQuorumContact => _options.CheckQuorum && !IsQuorumAlone;

    /// <summary>Dissertation, section 6.2: a leader that no quorum answers steps down, so that its clients look elsewhere.</summary>
    private void CheckQuorum()
    {
        if (!NeedsQuorumContact || _now < _checkQuorumAt - _options.HeartbeatInterval)
        {
            return;
        }

        TimeSpan heardAt = _contact.QuorumHeardAt(Configuration, _now);
        TimeSpan silentAt = heardAt + _options.MinimumElectionTimeout;
        if (_now < _checkQuorumAt)
        {
            // Postponed ahead of time, so that a healthy leader's host does not wake up for the check between two heartbeats.
            _checkQuorumAt = silentAt > _checkQuorumAt ? silentAt : _checkQuorumAt;
        }
        else if (_now < silentAt)
        {
            _checkQuorumAt = silentAt;
        }
        else if (_contact.TryPardon(heardAt))
        {
            _checkQuorumAt = _now + _options.MinimumElectionTimeout;
        }
        else
        {
            BecomeFollower(Term, leader: null);
            _contact.ForgetSilent(_options.MinimumElectionTimeout, _now);
        }
    }
}
