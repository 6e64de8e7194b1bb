namespace Raft.Testing;

/// <summary>
/// A node's stores are lost, damaged, or replaced by an older state, and the node restarts. No Raft survives that together with other
/// failures: a leader that was just elected may not know yet what is committed. So it happens while nothing else is wrong, and no other
/// fault begins until the node has caught up.
/// </summary>
internal sealed class StoreLoss : SoleFault
{
    private const double RefusalRate = 0.4;
    private const int Refusals = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly SimulatedCluster _cluster;
    private readonly SimulatedNode _node;
    private readonly Fault _fault;
    private readonly TimeSpan _givesUpAt;
    private readonly StorageBackup _older;
    private NodeId _leader;
    private long _leaderTerm;
    private long _lostIndex;
    private bool _leaderKnowsOfLoss; // it has received an acknowledgement of what the node loses
    private bool _isFlipped;
    private int _refused;

    public StoreLoss(SimulatedCluster cluster, SimulatedNode node, Fault fault)
    {
        (_cluster, _node, _fault) = (cluster, node, fault);
        _givesUpAt = cluster.World.Clock.Now + Patience;
        _older = node.BackUp();
    }

    public override bool Advance(bool isCalm)
    {
        if (_fault.Kind == FaultKind.FlippedBit && !_node.Storage.CanFlipBits)
        {
            return true;
        }

        if (!HasBegun)
        {
            if (isCalm && IsSettled() && !IsVoteUnderWay() && HasMoreToLose())
            {
                Begin();
                return false;
            }

            return _cluster.World.Clock.Now >= _givesUpAt;
        }

        if (_fault.Kind == FaultKind.FlippedBit && !_isFlipped)
        {
            if (!_node.IsRunning && HaveOthersWhatItAcknowledged())
            {
                Flip();
            }

            return false;
        }

        if (_node.FirstStart == FirstStart.Refuse)
        {
            Refuse();
            return false;
        }

        if (_isFlipped && _node.Failure is { InnerException: StorageCorruptedException })
        {
            Join();
            return false;
        }

        return HasCaughtUp();
    }

    /// <summary>Every node has and knows everything, and nothing about it is under way.</summary>
    private bool IsSettled() =>
        _cluster.Roles.CanSpare(_node.Id)
        && _cluster.Leader is { } leader && leader != _node.Id
        && _cluster.Nodes.All(node => node.IsRunning && !node.IsStopping && node.Store.UnderWay == 0 && !node.Store.HasFailed
            && node.Situation.Term == _cluster[leader].Situation.Term
            && node.Situation.CommitIndex == _cluster[leader].Situation.LastIndex)
        && _cluster.IsSettled()
        && !_cluster.Network.IsCarrying(IsAboutItsLog);

    /// <summary>Acknowledges what will be lost; or brings it again, before the leader can notice the loss.</summary>
    private bool IsAboutItsLog(RaftMessage message) =>
        message.From == _node.Id || (message.To == _node.Id && message is AppendEntriesMessage { Entries.Length: > 0 });

    /// <summary>A link that was clogged may still deliver a request for a vote that the node will have forgotten.</summary>
    private bool IsVoteUnderWay()
    {
        long term = _node.Situation.Term;
        return _cluster.Network.IsCarrying(message => message.Term < term || message is RequestVoteMessage);
    }

    /// <summary>
    /// A store that is rolled back loses at least one entry, and its log still connects to the latest snapshot.
    /// </summary>
    private bool HasMoreToLose() =>
        _fault.Kind != FaultKind.RolledBackStore
        || (_older.Log.Durable.Entries.LastIndex > 0 && _older.Log.LargestIndex() < _node.Situation.LastIndex
            && _older.SnapshotIndex == (_node.Snapshots.Durable?.LastIncludedIndex ?? 0));

    private void Begin()
    {
        HasBegun = true;
        _leader = _cluster.Leader!.Value;
        _leaderTerm = _cluster[_leader].Situation.Term;
        _lostIndex = _node.Situation.LastIndex;
        _leaderKnowsOfLoss = _fault.Kind == FaultKind.RolledBackStore
            && _cluster.AcknowledgedTo(_leader, _node.Id, _leaderTerm) > _older.Log.LargestIndex();
        if (_fault.Kind == FaultKind.FlippedBit)
        {
            _node.BeginStop();
            return;
        }

        if (_fault.Kind == FaultKind.RolledBackStore)
        {
            _node.RollBack(_older);
        }
        else
        {
            _node.LoseStores();
            _node.FirstStart = _fault.Intensity < RefusalRate ? FirstStart.Refuse : FirstStart.Join;
        }

        _node.Start();
    }

    /// <summary>While it stopped, it may have acknowledged entries that only one other node had written.</summary>
    private bool HaveOthersWhatItAcknowledged()
    {
        long last = _node.Store.DurableImage.Entries.LastIndex;
        return _cluster.Leader is { } leader
            && _cluster[leader].Situation.CommitIndex >= last
            && _cluster.Nodes.All(node => node == _node || (node.IsRunning && node.Store.DurableImage.Entries.LastIndex >= last))
            && !_cluster.Network.IsCarrying(message => message.From == _node.Id);
    }

    private void Flip()
    {
        _isFlipped = true;
        _lostIndex = _node.Store.DurableImage.Entries.LastIndex;
        _node.Storage.FlipBit();
        _node.StartAgain();
    }

    /// <summary>The stores have refused to serve damaged data, so the node starts with blank ones.</summary>
    private void Join()
    {
        _node.LoseStores();
        _node.FirstStart = FirstStart.Join;
        _node.Start();
    }

    private void Refuse()
    {
        if (_node.IsRunning)
        {
            _cluster.Require(
                !_node.Raft.PublishedStatus.IsRunning, $"{_node.Id} runs with blank stores, which its options refuse.");
            return;
        }

        if (_node.Failure is not { InnerException: BlankStoreException })
        {
            return; // it has not ended yet
        }

        _refused++;
        if (_refused == Refusals)
        {
            _node.FirstStart = FirstStart.Join;
        }

        _node.StartAgain();
    }

    /// <summary>
    /// The node holds again what it had acknowledged. That the cluster settles is not awaited: under load it may never do.
    /// </summary>
    private bool HasCaughtUp()
    {
        PublishedStatus status = _node.Raft.PublishedStatus;
        LogImage durable = _node.Store.DurableImage;
        if (!status.IsRunning || status.IsJoining || durable.Entries.LastIndex < _lostIndex || durable.HardState.Term < _leaderTerm)
        {
            return false;
        }

        // A leader that has compacted its log since sends a snapshot, whose success says nothing about what the node had before.
        bool wasAppended = (_node.Snapshots.Durable?.LastIncludedIndex ?? 0) < _lostIndex;
        PublishedStatus leader = _cluster[_leader].Raft.PublishedStatus;
        if (_leaderKnowsOfLoss && wasAppended && leader.Role == RaftRole.Leader && leader.Term == _leaderTerm)
        {
            _cluster.Require(
                leader.LostData.Contains(_node.Id), $"{_leader} does not report that {_node.Id} has lost what it acknowledged.");
        }

        _node.FirstStart = null;
        return true;
    }
}
