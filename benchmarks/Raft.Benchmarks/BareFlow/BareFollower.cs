namespace Raft.Benchmarks.BareFlow;

/// <summary>Entries of the leader's log up to an index, by reference, and how far it has committed.</summary>
internal readonly record struct BareBatch(BareLog Source, long ThroughIndex, long CommitIndex);

/// <summary>Takes batches of entries into its own log, and acknowledges them.</summary>
internal sealed class BareFollower(BareLeader leader, int number) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private List<BareBatch> _filling = [];
    private List<BareBatch> _drained = [];
    private bool _isScheduled;

    public BareLog Log { get; } = new();

    /// <summary>Sent as in Raft; not used here.</summary>
    public long CommitIndex { get; private set; }

    public void Receive(in BareBatch batch)
    {
        lock (_lock)
        {
            _filling.Add(batch);
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
            (_filling, _drained) = (_drained, _filling);
        }

        foreach (ref readonly BareBatch batch in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_drained))
        {
            Log.CopyFrom(batch.Source, batch.ThroughIndex);
            CommitIndex = batch.CommitIndex;
        }

        _drained.Clear();
        leader.Acknowledge(number, Log.LastIndex);
        lock (_lock)
        {
            if (_filling.Count == 0)
            {
                _isScheduled = false;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }
}
