namespace Raft;

/// <content>The end of the node for good.</content>
public sealed partial class RaftNode
{
    /// <summary>Stops the node, without waiting for it.</summary>
    public void Dispose()
    {
        if (BeginDispose(out bool isRunning) is { } life)
        {
            life.RequestStop();
            if (!isRunning)
            {
                _ = CloseAsync(life);
            }
        }
    }

    /// <summary>Stops the node in good order and waits until it has stopped.</summary>
    /// <returns>Completes when <see cref="RunAsync"/> has nothing left to do.</returns>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        while (true)
        {
            (_, long version) = _board.Read();
            lock (_lock)
            {
                if (_isLeftBehind || (!_isRunning && !_isClosing))
                {
                    return;
                }
            }

            await _board.WaitForChangeAsync(version, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Lets <see cref="DisposeAsync"/> return although the node has not stopped: somebody has waited long enough.</summary>
    internal void LeaveBehind()
    {
        lock (_lock)
        {
            _isLeftBehind = true;
        }

        _board.Touch(); // for DisposeAsync
    }

    /// <summary>Closes a life that never ran.</summary>
    private async Task CloseAsync(NodeLife life)
    {
        await life.CloseAsync().ConfigureAwait(false);
        lock (_lock)
        {
            _isClosing = false;
        }

        _board.Touch(); // for DisposeAsync
    }

    /// <summary>Takes no new calls; gives the life that must be ended, if there is one.</summary>
    private NodeLife? BeginDispose(out bool isRunning)
    {
        lock (_lock)
        {
            _isDisposed = true;
            isRunning = _isRunning;
            NodeLife? life = _life;
            if (!isRunning)
            {
                _life = null;
                _isClosing |= life is not null;
                if (life is null && _board.Snapshot.Role != RaftRole.Failed)
                {
                    _board.Publish(_board.Snapshot with { Role = RaftRole.Stopped }); // nobody else would tell those who wait
                }
            }

            _board.Touch(); // for WatchAsync
            return life;
        }
    }
}
