namespace Raft;

/// <content>The end of the node for good.</content>
public sealed partial class RaftNode
{
    /// <summary>Stops the node, without waiting for it.</summary>
    public void Dispose()
    {
        if (_lives.BeginDispose(out bool isRunning) is { } life)
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
            if (_lives.IsDisposeDone)
            {
                return;
            }

            await _board.WaitForChangeAsync(version, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Lets <see cref="DisposeAsync"/> return although the node has not stopped: its owner has waited long enough.</summary>
    internal void Abandon() => _lives.Abandon();

    /// <summary>Closes a life that never ran.</summary>
    private async Task CloseAsync(NodeLife life)
    {
        await life.CloseAsync().ConfigureAwait(false);
        _lives.EndDispose();
    }
}
