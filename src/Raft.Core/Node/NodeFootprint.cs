namespace Raft;

/// <summary>What a node holds in memory, as far as it grows with load.</summary>
/// <param name="FirstCachedIndex">The first entry of the log that is in memory.</param>
/// <param name="CachedEntries">Entries of the log that are in memory.</param>
/// <param name="CachedBytes">Their payload.</param>
/// <param name="RetainedEntries">Those of them that must be: not committed, or not durable here.</param>
/// <param name="PendingProposals">Callers whose entries are in the log and not with the state machine yet.</param>
/// <param name="WaitingMessages">Messages that wait for the worker.</param>
internal readonly record struct NodeFootprint(
    long FirstCachedIndex, long CachedEntries, long CachedBytes, long RetainedEntries, int PendingProposals, int WaitingMessages);
