using Raft.Consensus;

namespace Raft;

/// <summary>The collections of a node that grow with the work it is given, as counts for tests and simulations.</summary>
/// <param name="FirstCachedIndex">The first entry of the log that is in memory.</param>
/// <param name="CachedEntries">Entries of the log that are in memory.</param>
/// <param name="CachedBytes">The payload of these entries.</param>
/// <param name="RetainedEntries">The cached entries that must stay in memory: not committed, or not durable on this node.</param>
/// <param name="PendingProposals">Callers whose entries are in the log and were not handed to the state machine yet.</param>
/// <param name="HeldProposals">Callers that wait for the end of a leadership transfer, before their command is appended.</param>
/// <param name="WaitingMessages">Messages that wait for the worker.</param>
/// <param name="InFlightMessages">
/// Messages with entries, or parts of a snapshot, that are unanswered: the largest number for any one follower.
/// </param>
/// <param name="InFlightBytes">The payload of the unanswered messages, for all followers together.</param>
/// <param name="StoreReads">Reads of the log store on behalf of callers.</param>
/// <param name="Conditions">Waits of a stopping node for a condition.</param>
/// <param name="HandlerCalls">Calls of the handlers that were not answered yet.</param>
/// <param name="SnapshotSenders">Senders of snapshots, each of which may hold a snapshot open.</param>
/// <param name="EarlyChunks">Parts of a leader's snapshot that wait for their turn to be stored.</param>
/// <param name="EarlyChunkBytes">The bytes in these.</param>
/// <param name="WaitingReads">Reads of the state machine that wait.</param>
/// <param name="HeldMessages">Messages that wait for a write to the log store.</param>
internal readonly record struct NodeFootprint(
    long FirstCachedIndex,
    long CachedEntries,
    long CachedBytes,
    long RetainedEntries,
    int PendingProposals,
    int HeldProposals,
    int WaitingMessages,
    int InFlightMessages,
    long InFlightBytes,
    int StoreReads,
    int Conditions,
    int HandlerCalls,
    int SnapshotSenders,
    int EarlyChunks,
    long EarlyChunkBytes,
    int WaitingReads,
    int HeldMessages)
{
    /// <summary>The largest number of unanswered messages of any follower, and the unanswered bytes of all.</summary>
    public static (int Messages, long Bytes) InFlight(ReadOnlySpan<FollowerProgress> followers)
    {
        (int messages, long bytes) = (0, 0);
        foreach (FollowerProgress follower in followers)
        {
            messages = Math.Max(messages, follower.InFlightMessages);
            bytes += follower.InFlightBytes;
        }

        return (messages, bytes);
    }
}
