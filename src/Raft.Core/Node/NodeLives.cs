namespace Raft;

/// <summary>What a node is used for at the moment.</summary>
internal enum NodeUse
{
    /// <summary>It has not run yet. The first call of a handler opens its stores.</summary>
    Idle,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has run, and may run again.</summary>
    Stopped,

    /// <summary>It was disposed, and its life has not ended yet.</summary>
    Closing,

    /// <summary>It was disposed, and will never do anything again.</summary>
    Disposed,
}

/// <summary>
/// The lives of a node, one after another, and who may begin and end them: the one place where <see cref="NodeUse"/> changes. A state
/// machine outlives them, so what it has applied is carried from one to the next.
/// </summary>
internal sealed class NodeLives(NodeShared shared)
{
    private readonly Lock _lock = new();
    private volatile NodeLife? _life;
    private volatile NodeUse _use;
    private volatile bool _isAbandoned;
    private long _appliedBefore;
    private Exception? _uncertainState;

    /// <summary>The life that answers calls; null if there is none.</summary>
    public NodeLife? Current => _life;

    /// <summary>The life that runs, and so may lead; null if there is none.</summary>
    public NodeLife? Running => _use == NodeUse.Running ? _life : null;

    /// <summary>Whether the node is disposed and has ended, so that nothing will ever change again.</summary>
    public bool IsOver => _use == NodeUse.Disposed;

    /// <summary>Whether <see cref="RaftNode.DisposeAsync"/> has nothing left to wait for.</summary>
    public bool IsDisposeDone => _isAbandoned || IsOver;

    /// <summary>The life that answers handlers. The first call opens it if the node has not run yet. Null once it has stopped.</summary>
    public NodeLife? Open()
    {
        NodeLife life;
        lock (_lock)
        {
            if (_life is not null || _use != NodeUse.Idle)
            {
                return _life;
            }

            life = _life = NewLife();
        }

        life.BeginOpen();
        return life;
    }

    /// <summary>Claims the node for a run.</summary>
    /// <param name="failedToOpen">A life that a handler has opened and that has failed; to be closed before the new one opens.</param>
    public NodeLife BeginRun(out NodeLife? failedToOpen)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_use is NodeUse.Closing or NodeUse.Disposed, typeof(RaftNode));
            NodeId id = shared.Settings.NodeId;
            if (_use == NodeUse.Running)
            {
                throw new InvalidOperationException($"Node {id} is running already.");
            }

            failedToOpen = _life is { HasEnded: true } ? _life : null;
            if (failedToOpen is not null)
            {
                Remember(failedToOpen);
            }

            if (_uncertainState is not null)
            {
                string why = _uncertainState.InnerException is StateDivergedException
                    ? $"The state of node {id} differs from that of a majority: "
                    : $"The state machine of node {id} was given up on while it was at work, so its content is uncertain: ";
                throw new NodeFailedException(
                    why + "create a new node with a new state machine on the same log store.", _uncertainState);
            }

            bool isNew = _life is null || failedToOpen is not null;
            NodeLife life = isNew ? NewLife() : _life!; // otherwise a handler has opened one, which continues
            life.RequestRun();
            _life = life;
            _use = NodeUse.Running;
            shared.Board.PublishStart(afterEnd: isNew);
            return life;
        }
    }

    /// <summary>A run has ended.</summary>
    public void EndRun(NodeLife life)
    {
        lock (_lock)
        {
            Remember(life);
            _life = null;
            _use = _use == NodeUse.Closing ? NodeUse.Disposed : NodeUse.Stopped;
        }

        shared.Board.Touch(); // for DisposeAsync and WatchAsync
    }

    /// <summary>Disposes the node: no life begins any more.</summary>
    /// <param name="isRunning">Whether the life runs, and so ends by itself once it is asked to stop.</param>
    /// <returns>The life that must be ended; null if there is none.</returns>
    public NodeLife? BeginDispose(out bool isRunning)
    {
        NodeLife? life;
        lock (_lock)
        {
            isRunning = _use == NodeUse.Running;
            if (_use is NodeUse.Closing or NodeUse.Disposed)
            {
                return null; // it was disposed before
            }

            life = _life;
            if (life is null && !shared.Board.Current.HasEnded)
            {
                // There is no life to do so. Before the use changes: a watcher that finds the node disposed reads the status a last time.
                shared.Board.PublishEnd(failure: null);
            }

            _life = isRunning ? life : null;
            _use = life is null ? NodeUse.Disposed : NodeUse.Closing;
        }

        shared.Board.Touch(); // for WatchAsync
        return life;
    }

    /// <summary>A life that did not run is closed.</summary>
    public void EndDispose()
    {
        _use = NodeUse.Disposed;
        shared.Board.Touch(); // for DisposeAsync
    }

    /// <summary>
    /// Lets <see cref="RaftNode.DisposeAsync"/> return although the node has not stopped: its owner has waited long enough.
    /// </summary>
    public void Abandon()
    {
        _isAbandoned = true;
        shared.Board.Touch(); // for DisposeAsync
    }

    private NodeLife NewLife() => new(shared, _appliedBefore);

    /// <summary>
    /// Keeps what the next life must know of one that has ended: the state machine stays, and must not be given anything twice.
    /// </summary>
    private void Remember(NodeLife ended)
    {
        Applier applier = ended.Parts.Commits.Applier;
        _appliedBefore = applier.AppliedIndex;
        if (applier.StateIsUncertain)
        {
            _uncertainState = ended.Failure as Exception
                ?? new TimeoutException("The state machine had not finished when the node stopped waiting for it.");
        }
    }
}
