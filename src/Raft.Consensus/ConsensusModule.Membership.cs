namespace Raft.Consensus;

/// <content>
/// What follows from the configuration in effect, section 6: who replicates to whom, and who may campaign. Joining a cluster that
/// exists.
/// </content>
public sealed partial class ConsensusModule
{
    private ClusterConfiguration? _lastConfiguration;
    private AppendEntriesReplyMessage? _lastAcknowledgement; // repeated to notify the leader that this node stops

    /// <summary>Whether the node has announced its stop; see <see cref="BeginStop"/>.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Set while the node joins a cluster: it neither votes nor campaigns.</summary>
    public JoinState? Join { get; private set; }

    /// <summary>Whether this node starts elections: only a voter that has not announced its stop does.</summary>
    private bool MayCampaign => Join is null && !IsStopping && Configuration.IsVoter(Id);

    /// <summary>
    /// The node is about to stop. It does not campaign any more, and its messages are marked, so that no leader transfers its leadership
    /// to it. A follower repeats its last acknowledgement, so that its leader learns this at once.
    /// </summary>
    public void BeginStop()
    {
        IsStopping = true;
        if (_lastAcknowledgement is { } last && Leader is not null && Leader == last.To && last.Term == Term)
        {
            Outputs.Add(last with { IsStopping = true }, VersionOfLog(last.LastIndex));
        }
    }

    /// <summary>The role of a node that neither leads nor campaigns.</summary>
    private RaftRole PassiveRole => Configuration.IsLearner(Id) ? RaftRole.Learner : RaftRole.Follower;

    /// <summary>
    /// Section 6: the latest configuration in the log is in effect, committed or not. Called after entries were appended or truncated.
    /// </summary>
    private void OnConfigurationMayHaveChanged()
    {
        if (ReferenceEquals(_lastConfiguration, Configuration))
        {
            return;
        }

        _lastConfiguration = Configuration;
        ForgetOtherNodes();
        _stores.Add(Configuration, LatestRequest);
        if (Role == RaftRole.Leader)
        {
            _followers = FollowersOf(Configuration);
        }
        else
        {
            BecomeFollower(Term, Leader); // a campaign has asked the voters of another configuration
        }
    }

    /// <summary>
    /// A node that joins takes the identity of its cluster from the first leader that sends to it. It may vote only once it has what
    /// was committed by then: an earlier store of this node may have acknowledged it. As long as its log is empty, a later message may
    /// name more: the first one may have been under way since before the store was lost. Afterwards the goal no longer moves, so that a
    /// node reaches it however fast the log grows.
    /// </summary>
    private void NoteLeader(RaftMessage message)
    {
        long commit = message is AppendEntriesMessage request ? request.LeaderCommit : ((InstallSnapshotMessage)message).LeaderCommit;
        if (IsWaitingForLeader || (_log.LastIndex == 0 && commit > Join!.CommitIndex))
        {
            Origin = Origin with { Identity = message.Origin.Identity };
            Join = new JoinState(commit);
            _hardStateChanged = true;
        }
    }

    /// <summary>
    /// A node has joined once its log contains a configuration that lists it, and everything that was committed when it began. What it
    /// has must be durable: otherwise a crash could leave a node that votes without it.
    /// </summary>
    private void EndJoinIfCaughtUp()
    {
        if (Join is { CommitIndex: { } index } && Math.Min(CommitIndex, DurableIndex) >= index
            && !_log.Configurations.IsEmpty && Configuration.Index <= DurableIndex && Configuration.Find(Id) is not null)
        {
            Join = null;
            _hardStateChanged = true;
            ResetElectionDeadline();
        }
    }
}
