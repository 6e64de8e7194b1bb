namespace Raft;

/// <summary>
/// Work that only the leader does. Register it with <c>RunOnLeader&lt;TWorker&gt;()</c>. Each leadership creates a new instance, in its
/// own service scope.
/// </summary>
public interface ILeaderWorker
{
    /// <summary>
    /// Whether the worker of the next leadership may start although this one has not ended, because it does not react to its token. The
    /// default is false: then nobody does the work until this one ends, which is reported as a warning. Return true only if two workers of
    /// this process do no harm, for example because their work is idempotent. The term does not keep them apart: after a failed transfer
    /// the node continues to lead the same term, so both workers may have it. Read once, before <see cref="RunAsync"/> is called.
    /// </summary>
    bool MayOverlap => false;

    /// <summary>
    /// Does the work while the node leads a term. The worker of the next leadership starts only after this has returned, unless
    /// <see cref="MayOverlap"/> permits it.
    /// </summary>
    /// <param name="node">The node that leads.</param>
    /// <param name="leadership">
    /// The leadership, and its term. The state machine includes everything that was committed before. A leader learns with a delay that it
    /// was replaced, so two nodes may do the work for a moment. Propose through this object, which proposes in its term only. Pass the term
    /// along with every outside effect, and have the other side refuse a term that is smaller than one it has seen.
    /// </param>
    /// <param name="cancellationToken">
    /// Cancelled when the leadership is lost or the host stops. At a stop, a worker that does not end within
    /// <see cref="RaftNodeOptions.ShutdownTimeout"/> is left behind, so that its node can stop in good order.
    /// </param>
    /// <returns>
    /// Completes when the work is done. If the leadership is not lost by then, nothing more happens until the next leadership. The
    /// token's exception, and a <see cref="RaftException"/> after the leadership was lost, end the work normally. Any other exception is
    /// treated like that of a background service: by default, the host stops. If it does not, the next leadership starts a worker again.
    /// A worker whose term is refused by the other side should therefore return and not throw.
    /// </returns>
    Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken);
}
