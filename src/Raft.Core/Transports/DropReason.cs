namespace Raft;

/// <summary>Why a message of an <see cref="InProcessNetwork"/> was dropped; an index into its counters.</summary>
internal enum DropReason
{
    /// <summary>It was not.</summary>
    None,
    Cut,
    Random,
    Stopped,
    Overflow,
    ReceiverFailed,
}
