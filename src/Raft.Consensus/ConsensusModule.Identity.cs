namespace Raft.Consensus;

/// <content>
/// The sender of a message. Nothing is accepted from another identity, not even a term. Otherwise nodes that were set up with different
/// members would elect leaders next to each other, and each would replace what the other has acknowledged.
/// </content>
public sealed partial class ConsensusModule
{
    private readonly MemberStores _stores;
    private readonly List<NodeId> _stoppingMembers = []; // those whose last message was marked so

    /// <summary>Describes this node in every message: its cluster, its store and its options.</summary>
    public MessageOrigin Origin { get; private set; }

    /// <summary>The ids of the first members that this node was configured with.</summary>
    private NodeSet FirstMembers => _options.InitialConfiguration is { } initial
        ? new NodeSet([.. initial.Members.Select(static member => member.NodeId)])
        : NodeSet.Empty;

    /// <summary>
    /// A number that no request of this node has exceeded so far, in any run: requests are numbered by their term, and a follower has
    /// sent none in a later one.
    /// </summary>
    private long LatestRequest =>
        Role is RaftRole.Leader or RaftRole.Candidate ? _lastCorrelation : Math.Max(_lastCorrelation, FirstCorrelationOf(Term + 1) - 1);

    /// <summary>
    /// Whether a message comes from this node's cluster. A handler call has no identity, and counts as from the same cluster. A node
    /// that waits to join a cluster accepts any leader with the cluster's name.
    /// </summary>
    private bool IsOfThisCluster(RaftMessage message)
    {
        if (message.ClusterId != _options.ClusterId)
        {
            return false; // another cluster, on the same network
        }

        ClusterIdentity? theirs = message.Origin.Identity;
        bool isOfOurs = message.IsHandlerCall || (IsWaitingForLeader ? IsOfLeader(message) : theirs == Origin.Identity);
        if (isOfOurs && message is not IdentityRefusalMessage)
        {
            return true;
        }

        // A refusal of this node's own identity is late: it answers what this node sent with an earlier one.
        if (theirs is not null && theirs != Origin.Identity && !IsWaitingForLeader)
        {
            RefuseIdentity(message);
        }

        return false;
    }

    private bool IsWaitingForLeader => Join is { CommitIndex: null };

    private static bool IsOfLeader(RaftMessage message) =>
        message is AppendEntriesMessage or InstallSnapshotMessage && message.Origin.Identity is not null;

    /// <summary>Reports a message of another identity, and answers it if it is a request, so that its sender can report it too.</summary>
    private void RefuseIdentity(RaftMessage message)
    {
        IReadOnlyList<NodeId> firstMembers = message switch
        {
            RequestVoteMessage request => request.FirstMembers,
            IdentityRefusalMessage refusal => refusal.FirstMembers,
            _ => NodeSet.Empty,
        };
        Outputs.Add(new ForeignIdentityNotice(message.From, message.Origin, firstMembers));
        if (message is RequestVoteMessage or AppendEntriesMessage or InstallSnapshotMessage or TimeoutNowMessage)
        {
            IdentityRefusalMessage refusal = new()
            {
                From = Id,
                To = message.From,
                Origin = Origin,
                SentAtTicks = UtcNow.UtcTicks,
                IsStopping = IsStopping,
                Term = Term,
                Correlation = message.Correlation,
                FirstMembers = FirstMembers,
            };
            Outputs.Add(refusal, VersionOfHardState);
        }
    }

    /// <summary>Records what an admitted message contains about its sender.</summary>
    private void NoteOrigin(RaftMessage message)
    {
        if (message.IsHandlerCall)
        {
            return;
        }

        if (Join is not null && IsOfLeader(message))
        {
            NoteLeader(message);
        }

        if (!IsFromMember(message))
        {
            NoteUnlisted(message);
            return;
        }

        NoteStopping(message);
        bool isAnswer = message is AppendEntriesReplyMessage or InstallSnapshotReplyMessage or RequestVoteReplyMessage;
        if (_stores.Note(message.From, message.Origin.Store, isAnswer ? message.Correlation : null, LatestRequest) is { } replaced)
        {
            Outputs.Add(new StoreReplacedNotice(message.From, replaced, message.Origin.Store!));
        }

        CompareOptions(message);
    }

    /// <summary>Nodes that are no longer members, or have never been, are not remembered.</summary>
    private void ForgetOtherNodes()
    {
        if (Configuration.MemberIds.IsEmpty)
        {
            return; // any node may be one
        }

        _stores.Retain(Configuration);
        _stoppingMembers.RemoveAll(node => Configuration.Find(node) is null);
        while (_differing.TakeOther(Configuration) is { } other)
        {
            Outputs.Add(new DifferingNodeLeftNotice(other));
        }
    }

    private void NoteStopping(RaftMessage message)
    {
        if (!message.IsStopping)
        {
            _stoppingMembers.Remove(message.From);
        }
        else if (!_stoppingMembers.Contains(message.From))
        {
            _stoppingMembers.Add(message.From);
        }
    }

    /// <summary>
    /// A follower with a durable log never rejects what it has acknowledged. If it does, and still has the same store, the store lost
    /// entries after it had reported them as durable.
    /// </summary>
    private void NoteLoss(FollowerProgress follower, AppendEntriesReplyMessage reply, long lostIndex)
    {
        if (lostIndex > 0 && reply.Origin.Store is { } store && follower.Store?.Id == store.Id)
        {
            Outputs.Add(new DurableDataLostNotice(follower.Id, store, lostIndex, reply.LastIndex));
        }
    }
}
