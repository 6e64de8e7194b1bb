using System.Runtime.CompilerServices;

namespace Raft;

/// <content>Waiting for a leader, for leadership, and for any change.</content>
public sealed partial class RaftNode
{
    /// <summary>
    /// Waits until this node knows a leader of its term, which may be itself. It waits indefinitely if <see cref="RunAsync"/> is not
    /// called.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The leader.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    public async ValueTask<NodeId> WaitForLeaderAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            (RaftStatus status, long version) = _board.Read();
            if (status.Leader is { } leader)
            {
                return leader;
            }

            ThrowIfEnded(status);
            await _board.WaitForChangeAsync(version, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits until this node leads, and its state machine has applied everything that was committed before its term. It waits indefinitely
    /// if <see cref="RunAsync"/> is not called.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The term that it leads, a token that fires when it is lost, and proposals in that term only.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed.</exception>
    public async ValueTask<Leadership> WaitForLeadershipAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            (RaftStatus status, long version) = _board.Read();
            if (_leadership.Current is { } leadership)
            {
                return leadership with { Node = this };
            }

            ThrowIfEnded(status);
            await _board.WaitForChangeAsync(version, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Waits until the node's status meets a condition, such as <c>status => status.Role == RaftRole.Leader &amp;&amp; status.Term >
    /// term</c>.
    /// </summary>
    /// <param name="condition">
    /// The condition. It is evaluated again after each change; several changes in quick succession may be seen as one. It must be quick and
    /// not throw.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The first status seen that meets the condition.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="NodeStoppedException">The node has stopped or failed, and its status does not meet the condition.</exception>
    public async ValueTask<RaftStatus> WaitForStatusAsync(Func<RaftStatus, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (true)
        {
            (RaftStatus status, long version) = _board.Read();
            if (condition(status))
            {
                return status;
            }

            ThrowIfEnded(status);
            await _board.WaitForChangeAsync(version, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Watches the node: its status now, then again whenever it has changed. A slow reader misses the statuses in between and
    /// sees the latest; nothing queues up.
    /// </summary>
    /// <param name="cancellationToken">Stops watching, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Statuses until the node is disposed: one that has only stopped may run again.</returns>
    public async IAsyncEnumerable<RaftStatus> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RaftStatus? shown = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isOver = _lives.IsOver; // before the status, so that the last one is shown
            (RaftStatus status, long version) = _board.Read();
            if (status != shown)
            {
                yield return shown = status;
            }

            if (isOver)
            {
                yield break;
            }

            await _board.WaitForChangeAsync(version, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the node runs, or has ended instead. Only after a call of <see cref="RunAsync"/>.</summary>
    /// <returns>Whether it runs. One that has ended may still be releasing its ports.</returns>
    internal async ValueTask<bool> WaitUntilRunningAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            (_, long version) = _board.Read();
            PublishedStatus status = _board.Current;
            if (status.IsRunning || status.HasEnded)
            {
                return status.IsRunning;
            }

            await _board.WaitForChangeAsync(version, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ThrowIfEnded(RaftStatus status)
    {
        if (status.HasEnded)
        {
            throw new NodeStoppedException($"Node {Id} has ended: {status.Explanation}.", status.Failure);
        }
    }
}
