namespace Raft.Consensus;

/// <summary>Something that people should know about, and that changes nothing for the algorithm. The host reports it.</summary>
internal abstract record ConsensusNotice
{
    private protected ConsensusNotice()
    {
    }
}

/// <summary>A message of another cluster, or of a node that was set up with other first members, was refused.</summary>
/// <param name="Sender">The node that sent it.</param>
/// <param name="Origin">The cluster, store and options of the sender.</param>
/// <param name="FirstMembers">The ids of its first members, if it named them.</param>
internal sealed record ForeignIdentityNotice(NodeId Sender, MessageOrigin Origin, IReadOnlyList<NodeId> FirstMembers) : ConsensusNotice;

/// <summary>A member runs on another store than before, or on an earlier state of it: it may have lost what it acknowledged.</summary>
/// <param name="Member">The member.</param>
/// <param name="Known">The store that it had.</param>
/// <param name="Seen">The store that it has now.</param>
internal sealed record StoreReplacedNotice(NodeId Member, StoreIdentity Known, StoreIdentity Seen) : ConsensusNotice;

/// <summary>A follower lacks entries that it had acknowledged as durable in the same store.</summary>
/// <param name="Follower">The follower.</param>
/// <param name="Store">Its store.</param>
/// <param name="AcknowledgedIndex">The last entry that it had acknowledged.</param>
/// <param name="LastIndex">The last entry that it has now.</param>
internal sealed record DurableDataLostNotice(NodeId Follower, StoreIdentity Store, long AcknowledgedIndex, long LastIndex)
    : ConsensusNotice;

/// <summary>A member runs with other options than this node, of those that should be the same on all members.</summary>
/// <param name="Member">The member.</param>
internal sealed record OptionsDifferNotice(NodeId Member) : ConsensusNotice;

/// <summary>A member that had other options has the same ones now.</summary>
/// <param name="Member">The member.</param>
internal sealed record OptionsAgreeNotice(NodeId Member) : ConsensusNotice;

/// <summary>A node whose options differ is no longer a member.</summary>
/// <param name="Node">The node.</param>
internal sealed record DifferingNodeLeftNotice(NodeId Node) : ConsensusNotice;

/// <summary>A member whose options differ has reported its values.</summary>
/// <param name="Member">The member.</param>
/// <param name="Values">Its values.</param>
internal sealed record SetupNotice(NodeId Member, IReadOnlyList<SetupValue> Values) : ConsensusNotice;

/// <summary>Two nodes lead one term, which a correct cluster never has.</summary>
/// <param name="Sender">The one that this node does not follow.</param>
/// <param name="Leader">The one that it follows, which may be itself.</param>
/// <param name="Term">The term.</param>
internal sealed record SecondLeaderNotice(NodeId Sender, NodeId Leader, long Term) : ConsensusNotice;

/// <summary>A node of this cluster that this node does not list has sent messages for a minute.</summary>
/// <param name="Sender">The node.</param>
internal sealed record UnlistedSenderNotice(NodeId Sender) : ConsensusNotice;

/// <summary>A node that this node lists says that it does not list this node.</summary>
/// <param name="Member">That node.</param>
internal sealed record NotListedNotice(NodeId Member) : ConsensusNotice;

/// <summary>A leader sends an entry that this version cannot append.</summary>
/// <param name="Leader">The leader.</param>
/// <param name="Entry">The entry.</param>
internal sealed record UnsupportedEntryNotice(NodeId Leader, UnsupportedEntry Entry) : ConsensusNotice;
