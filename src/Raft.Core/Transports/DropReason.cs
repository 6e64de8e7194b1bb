namespace Raft;

/// <summary>Why a message of an <see cref="InProcessNetwork"/> was dropped; an index into its counters.</summary>
internal enum DropReason
{
    /// <summary>It was not dropped.</summary>
    None,
    Cut,
    Stopped,
    Overflow,
    ReceiverFailed,
}
