namespace Raft;

/// <summary>
/// Work that only the leader does. Register it with <c>RunOnLeader&lt;TWorker&gt;()</c>; a new instance, in a service scope of
/// its own, is made for each leadership.
/// </summary>
public interface ILeaderWorker
{
    /// <summary>Works, for as long as the node leads a term. The next leadership's worker does not start before this returns.</summary>
    /// <param name="node">The node that leads.</param>
    /// <param name="term">
    /// The term that it leads. A leader learns a little late that it was replaced, so for a moment two nodes may do the work:
    /// pass the term along with everything that is done outside, and have the other side refuse a term that is smaller
    /// than one it has seen.
    /// </param>
    /// <param name="cancellationToken">Cancelled when the leadership is lost, or the host stops.</param>
    /// <returns>
    /// Completes when the work is done. If that is before the leadership is lost, nothing more happens until the next one. The
    /// token's exception, and a <see cref="RaftException"/> once the leadership is lost, end the work as they should. Any
    /// other is treated like any background service's: by default, the host stops. So a worker that is fenced off by the
    /// other side returns, and does not throw.
    /// </returns>
    Task RunAsync(RaftNode node, long term, CancellationToken cancellationToken);
}
