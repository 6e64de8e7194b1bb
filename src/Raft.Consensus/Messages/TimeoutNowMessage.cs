namespace Raft;

/// <summary>
/// A leader asks a voter that has its whole log to start an election at once: TimeoutNow of the dissertation, section 3.10.
/// </summary>
public sealed record TimeoutNowMessage : RaftMessage
{
    /// <summary>The leader's last entry. If the receiver's log ends elsewhere, the request is late, and the receiver refuses it.</summary>
    public required long LastLogIndex { get; init; }

    /// <summary>The term of that entry.</summary>
    public required long LastLogTerm { get; init; }
}

/// <summary>The answer to a <see cref="TimeoutNowMessage"/> if the node does not campaign. If it does, it sends vote requests.</summary>
public sealed record TimeoutNowReplyMessage : RaftMessage
{
    /// <summary>Why it does not campaign.</summary>
    public required TimeoutNowRefusal Reason { get; init; }
}

/// <summary>Why a node does not campaign although its leader asks it to. The values are part of the wire format and never change.</summary>
public enum TimeoutNowRefusal : byte
{
    /// <summary>The leader's term is over.</summary>
    TermIsOver = 0,

    /// <summary>It does not follow the sender, or its log does not end where the leader's does.</summary>
    NotUpToDate = 1,

    /// <summary>It has no vote, or waits until it may vote.</summary>
    NotAVoter = 2,

    /// <summary>It is about to stop.</summary>
    Stopping = 3,

    /// <summary>It gave up a leadership because its disk or its state machine hangs.</summary>
    Unfit = 4,
}
