namespace Raft;

/// <summary>A member of a cluster: who it is, where it is reached, and what else is worth knowing of it.</summary>
/// <remarks>Treat it as immutable once it is given to a node; only then is it safe to share between threads.</remarks>
public sealed record RaftMember
{
    /// <summary>Makes an empty member, for configuration binding; <see cref="Id"/> must be set before it is used.</summary>
    public RaftMember()
    {
    }

    /// <summary>Makes a member.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="address">Where the transport reaches it; null for transports that find members by their id.</param>
    public RaftMember(NodeId id, string? address = null)
    {
        Id = id.Value;
        Address = address;
    }

    /// <summary>The id: unique in the cluster, stable for the node's whole life, and no address. Default empty, which is refused.</summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>Where the transport reaches it, in the transport's own notation; null (the default) for transports that find members by their id.</summary>
    public string? Address { get; set; }

    /// <summary>Anything else, such as the address of the application's own endpoint to redirect clients to. Empty by default.</summary>
    public IDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The id, as a <see cref="Raft.NodeId"/>.</summary>
    /// <exception cref="ArgumentException"><see cref="Id"/> is empty or too long.</exception>
    public NodeId NodeId => new(Id);

    /// <summary>Lets a plain string stand for a member that is found by its id.</summary>
    /// <param name="id">The id.</param>
    public static implicit operator RaftMember(string id) => new(new NodeId(id));

    /// <summary>Makes a member from its id, for languages without implicit conversions.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The member.</returns>
    public static RaftMember FromString(string id) => new(new NodeId(id));

    /// <inheritdoc/>
    public override string ToString() => Address is null ? Id : $"{Id} at {Address}";
}
