using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.BareFlow;

/// <summary>
/// Takes proposals in batches, hands them to two followers, and completes them once one of the two has acknowledged: what Raft
/// does with three nodes in steady state, and nothing of what makes it safe.
/// </summary>
internal sealed class BareLeader : IThreadPoolWorkItem
{
    private const int Mask = BareLog.Capacity - 1;

    private readonly Lock _lock = new();
    private readonly BareFollower[] _followers;
    private readonly BareResumePool _resumes = new();
    private readonly BareCaller[] _waiting = new BareCaller[BareLog.Capacity]; // by index, until committed
    private readonly long[] _reported = new long[2]; // what the followers have acknowledged, as of now
    private readonly long[] _acknowledged = new long[2]; // and as of the last drain
    private List<BareCaller> _filling = [];
    private List<BareCaller> _drained = [];
    private CommandFold _fold;
    private bool _isScheduled;

    public BareLeader()
    {
        _followers = [new BareFollower(this, 0), new BareFollower(this, 1)];
    }

    public BareLog Log { get; } = new();

    public long CommitIndex { get; private set; }

    public IReadOnlyList<BareFollower> Followers => _followers;

    public ValueTask<long> ProposeAsync(byte[] payload)
    {
        BareCaller caller = BareCaller.Rent(payload);
        ValueTask<long> result = caller.Task;
        bool schedules;
        lock (_lock)
        {
            _filling.Add(caller);
            schedules = !_isScheduled;
            _isScheduled = true;
        }

        if (schedules)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }

        return result;
    }

    /// <summary>A follower holds everything up to an index.</summary>
    public void Acknowledge(int follower, long index)
    {
        lock (_lock)
        {
            _reported[follower] = index;
            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    public void Execute()
    {
        lock (_lock)
        {
            _reported.CopyTo(_acknowledged);
            if (HasRoom)
            {
                (_filling, _drained) = (_drained, _filling);
            }
        }

        AdvanceCommitIndex();
        AppendAndReplicate();
        lock (_lock)
        {
            if (!HasWork)
            {
                _isScheduled = false;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    /// <summary>Whether the ring takes what waits without losing an entry that a follower still has to fetch.</summary>
    private bool HasRoom => Log.LastIndex + _filling.Count - Math.Min(_acknowledged[0], _acknowledged[1]) <= BareLog.Capacity;

    private bool HasWork => (_filling.Count > 0 && HasRoom) || _reported[0] != _acknowledged[0] || _reported[1] != _acknowledged[1];

    private void AppendAndReplicate()
    {
        if (_drained.Count == 0)
        {
            return;
        }

        foreach (BareCaller caller in _drained)
        {
            Log.Append(caller.Payload!);
            _waiting[Log.LastIndex & Mask] = caller;
        }

        _drained.Clear();
        foreach (BareFollower follower in _followers)
        {
            follower.Receive(new BareBatch(Log, Log.LastIndex, CommitIndex));
        }
    }

    /// <summary>Two of three hold it: the leader itself, and the quicker of the followers.</summary>
    private void AdvanceCommitIndex()
    {
        long committed = Math.Max(_acknowledged[0], _acknowledged[1]);
        if (committed == CommitIndex)
        {
            return;
        }

        BareResume resume = _resumes.Rent();
        for (long index = CommitIndex + 1; index <= committed; index++)
        {
            ref BareCaller caller = ref _waiting[index & Mask];
            _fold.Add(caller.Payload);
            caller.Complete(index);
            resume.Add(caller);
            caller = null!;
        }

        CommitIndex = committed;
        resume.Start();
    }
}
