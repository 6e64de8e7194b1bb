namespace Raft;

/// <summary>Describes the sender of a message: its cluster, its store and its options. One object serves all messages of a node.</summary>
/// <param name="ClusterId">The name of the cluster.</param>
/// <param name="Identity">The identity of the cluster; null only while the sender waits for a leader to join a cluster.</param>
/// <param name="Store">The sender's log store; null if it is volatile.</param>
/// <param name="OptionsDigest">
/// A digest of the options that should be the same on all members, such as the election timeouts; 0 if there is none.
/// </param>
public sealed record MessageOrigin(string ClusterId, ClusterIdentity? Identity, StoreIdentity? Store = null, ulong OptionsDigest = 0);
