namespace Raft;

/// <summary>
/// Takes the digests of the state machine's state at exact indexes, on the state machine's thread or from a capture, and hands them to the
/// worker. A node whose states are not compared has no such object.
/// </summary>
internal sealed class AppliedDigests
{
    private readonly Lock _lock = new();
    private readonly Queue<IndexedDigest> _taken = new(); // the worker takes them in each pass, and each wakes it
    private readonly IStateDigest? _source;
    private readonly CaptureDigests? _captures;
    private readonly Action _wakeWorker;
    private volatile bool _hasTaken;

    private AppliedDigests(IStateDigest? source, long interval, NodeContext context, CancellationToken stopping)
    {
        _source = source;
        Interval = interval;
        _wakeWorker = context.Wake;
        _captures = source is null ? new CaptureDigests(context, Take, stopping) : null;
    }

    /// <summary>After how many entries there is a digest.</summary>
    public long Interval { get; }

    /// <summary>Whether a digest is taken by a capture, which must run on a thread of its own if the state machine may block.</summary>
    public bool Captures => _captures is not null;

    /// <summary>The digests of a node; null if its states are not compared.</summary>
    /// <param name="context">The node.</param>
    /// <param name="stopping">Cancels what hashes a capture.</param>
    public static AppliedDigests? Of(NodeContext context, CancellationToken stopping)
    {
        NodeSettings settings = context.Settings;
        if (settings.CaptureDigestInterval > 0)
        {
            return new AppliedDigests(source: null, settings.CaptureDigestInterval, context, stopping);
        }

        return settings is { DigestInterval: > 0, StateMachine: IStateDigest source }
            ? new AppliedDigests(source, settings.DigestInterval, context, stopping)
            : null;
    }

    /// <summary>The last index of a batch that begins at an index: the next one of which there is a digest.</summary>
    public long EndOfBatch(long firstIndex) => firstIndex + Interval - 1 - ((firstIndex - 1) % Interval);

    /// <summary>Whether there is a digest of an index.</summary>
    public bool IsDue(long index) => index % Interval == 0;

    /// <summary>The state machine contains the entries up to an index of which there is a digest, and is between two batches.</summary>
    public void OnApplied(IStateMachine machine, long index)
    {
        if (_captures is not null)
        {
            _captures.Begin(machine, index);
        }
        else if (_source!.Digest is { } digest)
        {
            Take(new IndexedDigest(index, digest));
        }
    }

    /// <summary>Takes out the next digest, in order. Called by the worker.</summary>
    public bool TryTake(out IndexedDigest digest)
    {
        digest = default;
        if (!_hasTaken)
        {
            return false;
        }

        lock (_lock)
        {
            bool taken = _taken.TryDequeue(out digest);
            _hasTaken = _taken.Count > 0;
            return taken;
        }
    }

    private void Take(IndexedDigest digest)
    {
        lock (_lock)
        {
            _taken.Enqueue(digest);
            _hasTaken = true;
        }

        _wakeWorker();
    }
}
