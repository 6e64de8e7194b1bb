namespace Raft;

/// <summary>
/// Asks a member whose <see cref="MessageOrigin.OptionsDigest"/> differs for the values of its options. It changes nothing at either node,
/// not even a term.
/// </summary>
public sealed record SetupRequestMessage : RaftMessage;

/// <summary>
/// Reports the sender's setup to a node: the answer to a <see cref="SetupRequestMessage"/>. It is also sent unasked, to a node whose
/// messages contradict the setup of the sender. It changes nothing at either node, not even a term.
/// </summary>
public sealed record SetupReplyMessage : RaftMessage
{
    /// <summary>The options of the sender that should be the same on all members, and its version. At most 64.</summary>
    public IReadOnlyList<SetupValue> Values { get; init; } = [];

    /// <summary>The node that leads the sender's term, as far as the sender knows; null if it knows none.</summary>
    public NodeId? Leader { get; init; }

    /// <summary>Whether the configuration of the sender lists the receiver.</summary>
    public bool ListsReceiver { get; init; }
}
