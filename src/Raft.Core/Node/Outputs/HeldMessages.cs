using Raft.Consensus;

namespace Raft;

/// <summary>
/// Messages that wait until what they promise is durable, in their order. While a write hangs, other nodes ask again and again: an answer
/// takes the place of an earlier one that says the same, so that there are as many as different things to say.
/// </summary>
internal sealed class HeldMessages
{
    private const int FewestToCompact = 64;

    private readonly List<OutgoingMessage> _messages = [];
    private int _first;
    private long _highestVersion;

    /// <summary>How many wait.</summary>
    public int Count => _messages.Count - _first;

    public void Add(in OutgoingMessage message)
    {
        if (message.RequiredVersion > _highestVersion)
        {
            _highestVersion = message.RequiredVersion; // nothing that waits is about the same write
        }
        else if (TryReplace(in message))
        {
            return;
        }

        _messages.Add(message);
    }

    /// <summary>Takes the next message whose required version has become durable.</summary>
    public RaftMessage? TryTake(long durableVersion)
    {
        if (_first == _messages.Count || _messages[_first].RequiredVersion > durableVersion)
        {
            return null;
        }

        RaftMessage message = _messages[_first].Message;
        _messages[_first] = default;
        _first++;
        if (_first == _messages.Count || (_first >= FewestToCompact && 2 * _first >= _messages.Count))
        {
            _messages.RemoveRange(0, _first);
            _first = 0;
        }

        return message;
    }

    private bool TryReplace(in OutgoingMessage message)
    {
        for (int i = _first; i < _messages.Count; i++)
        {
            if (_messages[i].RequiredVersion == message.RequiredVersion && IsSaidBy(_messages[i].Message, message.Message))
            {
                _messages[i] = message;
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a later message to the same node says all that an earlier one does. A handler's caller waits for each.</summary>
    private static bool IsSaidBy(RaftMessage earlier, RaftMessage later) =>
        earlier.To == later.To
        && earlier.Term == later.Term
        && earlier.IsStopping == later.IsStopping
        && earlier.Correlation >= 0
        && earlier.Correlation <= later.Correlation
        && (earlier, later) switch
        {
            (AppendEntriesReplyMessage { Success: true } one, AppendEntriesReplyMessage { Success: true } other) =>
                one.LastIndex <= other.LastIndex,
            (AppendEntriesReplyMessage { Success: false } one, AppendEntriesReplyMessage { Success: false } other) =>
                one.PrevLogIndex == other.PrevLogIndex && one.LastIndex == other.LastIndex
                && one.ConflictIndex == other.ConflictIndex && one.ConflictTerm == other.ConflictTerm,
            (InstallSnapshotReplyMessage one, InstallSnapshotReplyMessage other) =>
                one.LastIncludedIndex == other.LastIncludedIndex && one.LastIncludedTerm == other.LastIncludedTerm
                && one.Checksum == other.Checksum && one.NextOffset == other.NextOffset && one.Reason == other.Reason,
            (RequestVoteReplyMessage one, RequestVoteReplyMessage other) =>
                one.IsPreVote == other.IsPreVote && one.VoteGranted == other.VoteGranted && one.Leader == other.Leader,
            (ReadIndexRequestMessage, ReadIndexRequestMessage) => true,
            (IdentityRefusalMessage, IdentityRefusalMessage) => true,
            (StateDigestMessage, StateDigestMessage) => true, // digests are repeated until they are answered
            (StateDigestReplyMessage one, StateDigestReplyMessage other) =>
                one.ReceivedIndex <= other.ReceivedIndex && (one.Divergence is null || one.Divergence == other.Divergence),
            _ => false,
        };
}
