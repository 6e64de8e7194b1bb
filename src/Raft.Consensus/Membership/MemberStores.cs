namespace Raft.Consensus;

/// <summary>
/// On which store each member was last seen. A node that lost its disk, or runs on an old copy of it, may lack what it acknowledged and
/// may have forgotten its vote, which Raft cannot repair.
/// </summary>
internal sealed class MemberStores
{
    private const int MostNodes = 1_024;

    private readonly SortedList<NodeId, Sighting> _sightings = [];

    /// <param name="Store">The store.</param>
    /// <param name="Request">The number of this node's latest request then. Answers to later ones were sent later.</param>
    private readonly record struct Sighting(StoreIdentity Store, long Request);

    /// <summary>The stores that a configuration names are known, unless one was seen since.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="latestRequest">A number that no request of this node has exceeded so far, in any run.</param>
    public void Add(ClusterConfiguration configuration, long latestRequest)
    {
        foreach (RaftMember member in configuration.Members)
        {
            if (member.StoreId is { } id)
            {
                _sightings.TryAdd(member.NodeId, new Sighting(new StoreIdentity(id, Opening: 0), latestRequest));
            }
        }
    }

    /// <summary>Only the stores of members are remembered from now on.</summary>
    /// <param name="configuration">The configuration.</param>
    public void Retain(ClusterConfiguration configuration)
    {
        for (int i = _sightings.Count - 1; i >= 0; i--)
        {
            if (configuration.Find(_sightings.GetKeyAtIndex(i)) is null)
            {
                _sightings.RemoveAt(i);
            }
        }
    }

    /// <summary>
    /// A node has sent a message. Another store than before, or an earlier opening of it, is evidence only in the answer to a request
    /// that was sent after the first was seen: any other message may be late.
    /// </summary>
    /// <param name="node">The sender.</param>
    /// <param name="store">Its store; null if it is volatile.</param>
    /// <param name="answered">The number of the request that the message answers; null if it answers none.</param>
    /// <param name="latestRequest">A number that no request of this node has exceeded so far.</param>
    /// <returns>What was known before, if the store was replaced; else null.</returns>
    public StoreIdentity? Note(NodeId node, StoreIdentity? store, long? answered, long latestRequest)
    {
        if (store is null)
        {
            return null;
        }

        if (!_sightings.TryGetValue(node, out Sighting known))
        {
            if (_sightings.Count == MostNodes)
            {
                return null; // only a node that does not know its cluster yet hears so many
            }

            _sightings.Add(node, new Sighting(store, latestRequest));
            return null;
        }

        if (store == known.Store)
        {
            return null;
        }

        bool isLaterOpening = store.Id == known.Store.Id && store.Opening > known.Store.Opening;
        bool isEvidence = answered > known.Request && answered <= latestRequest;
        if (isLaterOpening || isEvidence)
        {
            _sightings[node] = new Sighting(store, latestRequest);
        }

        return isEvidence && !isLaterOpening ? known.Store : null;
    }

    /// <summary>A configuration with the ids of the stores that are known.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="self">This node.</param>
    /// <param name="own">Its store; null if it is volatile.</param>
    public ClusterConfiguration AddTo(ClusterConfiguration configuration, NodeId self, StoreIdentity? own)
    {
        return new ClusterConfiguration(
            configuration.Voters.Select(WithStore),
            configuration.OutgoingVoters.Select(WithStore),
            configuration.Learners.Select(WithStore));

        RaftMember WithStore(RaftMember member) => member with
        {
            StoreId = member.NodeId == self ? own?.Id
                : _sightings.TryGetValue(member.NodeId, out Sighting seen) ? seen.Store.Id
                : member.StoreId,
        };
    }
}
