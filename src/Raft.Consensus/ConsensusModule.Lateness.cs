namespace Raft.Consensus;

/// <content>
/// A node that comes late: its process was paused, or had no processor. It has received nothing meanwhile because it did not listen,
/// and that says nothing about its leader.
/// </content>
public sealed partial class ConsensusModule
{
    private bool _waitIsExtended;

    /// <summary>
    /// Whether a node whose election timeout has passed waits for another one. It does if it looks so much later than its timeout asked for
    /// that a leader, which may have been paused with it, has had no chance to send since. Each wait is extended once, so that a node
    /// that is always late campaigns nevertheless.
    /// </summary>
    private bool TryExtendWait()
    {
        TimeSpan lateness = _now - CampaignAt;
        if (_waitIsExtended || IsQuorumAlone || lateness < _options.HeartbeatInterval / 2)
        {
            return false;
        }

        ResetElectionDeadline();
        _waitIsExtended = true;
        return true;
    }
}
