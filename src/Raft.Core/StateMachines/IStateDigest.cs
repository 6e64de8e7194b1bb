namespace Raft;

/// <summary>
/// Implemented by a state machine that offers a digest of its state. The nodes compare their digests at the same index of the log, every
/// <see cref="RaftNodeOptions.DigestInterval"/> entries, so that a state machine that is not deterministic is noticed.
/// <see cref="RollingDigest"/> maintains one.
/// </summary>
/// <remarks>
/// The digest follows from the state alone: two state machines that have applied the same commands have the same digest, whatever the
/// batches were, and whether they were restored from a snapshot in between. So a digest that cannot be computed from the restored state is
/// part of the state: capture it, and restore it. A state machine that forgets it would be taken for one whose state differs.
/// </remarks>
/// <example>
/// <code>
/// internal sealed class Account() : StateMachine&lt;long, long&gt;(Codec.Int64, Codec.Int64), IStateDigest
/// {
///     private long _balance;
///
///     public ulong? Digest =&gt; (ulong)_balance; // a small state is its own digest
/// }
/// </code>
/// </example>
public interface IStateDigest
{
    /// <summary>
    /// The digest of the present state; null if there is none, such as for a durable state of an earlier version, which is then not
    /// compared. Read between two batches, never at the same time as <see cref="IStateMachine.ApplyAsync"/>, a read or a restoration. The
    /// next batch waits for it: maintain it with each command instead of computing it here. An exception stops the node.
    /// </summary>
    ulong? Digest { get; }
}
