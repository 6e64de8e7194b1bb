namespace Raft;

/// <summary>
/// A node started with an empty store to join a cluster that exists. It neither votes nor campaigns until its log contains a
/// configuration that lists it, and everything that was committed when it first received a message from a leader: before that, an entry
/// that it had acknowledged with an earlier store could be missing.
/// </summary>
/// <param name="CommitIndex">
/// The largest commit index that a leader named while the log was empty; null as long as no leader has sent anything.
/// </param>
public sealed record JoinState(long? CommitIndex);
