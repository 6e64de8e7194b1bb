namespace Raft;

/// <summary>Results of the RequestVote handler, as in Figure 2.</summary>
/// <param name="Term">The node's current term, for the candidate to update itself.</param>
/// <param name="VoteGranted">True means that the candidate received the vote.</param>
public readonly record struct RequestVoteReply(long Term, bool VoteGranted);

/// <summary>
/// Results of the AppendEntries handler: Figure 2's, and the hint that lets a leader skip whole terms (end of section 5.3).
/// </summary>
/// <param name="Term">The node's current term, for the leader to update itself.</param>
/// <param name="Success">True if the follower had an entry that matches <c>prevLogIndex</c> and <c>prevLogTerm</c>.</param>
/// <param name="LastIndex">
/// On success, the last index that the request vouched for; on a rejection, the follower's own last index.
/// </param>
/// <param name="ConflictTerm">On a rejection, the term of the entry at <paramref name="ConflictIndex"/>; else 0.</param>
/// <param name="ConflictIndex">
/// On a rejection, the largest index at or below <c>prevLogIndex</c> whose term is at most <c>prevLogTerm</c>; else 0.
/// </param>
public readonly record struct AppendEntriesReply(long Term, bool Success, long LastIndex, long ConflictTerm, long ConflictIndex);
