namespace Raft.Testing;

/// <summary>A linearizable read or a barrier that was called at a node that leads.</summary>
/// <param name="Life">The run of the node.</param>
/// <param name="Term">The term that it leads.</param>
/// <param name="SentBefore">The last AppendEntries that it had sent before the call.</param>
internal readonly record struct ReadOfLeader(RaftNode Life, long Term, long SentBefore);
