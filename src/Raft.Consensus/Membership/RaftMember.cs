using System.Collections.ObjectModel;

namespace Raft;

/// <summary>A member of a cluster: its id, its address, and tags of the application.</summary>
/// <remarks>Do not change it after it was passed to a node: only then is it safe to share between threads.</remarks>
public sealed record RaftMember
{
    /// <summary>Creates an empty member, for configuration binding. Set <see cref="Id"/> before it is used.</summary>
    public RaftMember()
    {
    }

    /// <summary>Creates a member.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="address">The address for the transport; null for transports that find members by their id.</param>
    public RaftMember(NodeId id, string? address = null)
    {
        Id = id.Value;
        Address = address;
    }

    /// <summary>
    /// The id: unique in the cluster, and the same for as long as the node is a member. It is not an address. Default empty,
    /// which is refused.
    /// </summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>The address, in the notation of the transport; null (the default) for transports that find members by their id.</summary>
    public string? Address { get; set; }

    /// <summary>Other data, such as the address of an endpoint of the application, to redirect clients to. Empty by default.</summary>
    public IDictionary<string, string> Tags { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The store that the member had when the configuration was written; null if that was not known, or if its log store is volatile.
    /// The cluster sets it: it cannot be configured.
    /// </summary>
    public Guid? StoreId { get; internal init; }

    /// <summary>The id, as a <see cref="Raft.NodeId"/>.</summary>
    /// <exception cref="ArgumentException"><see cref="Id"/> is empty or too long.</exception>
    public NodeId NodeId => new(Id);

    /// <summary>Converts text to a member: an id, or an id and an address, such as <c>n1=127.0.0.1:7001</c>.</summary>
    /// <param name="text">The id; or the id, an equals sign and the address.</param>
    /// <exception cref="ArgumentException">The id is blank or too long.</exception>
    public static implicit operator RaftMember(string text) => FromString(text);

    /// <summary>Creates a member from text: an id, or an id and an address, such as <c>n1=127.0.0.1:7001</c>.</summary>
    /// <param name="text">
    /// The id; or the id, an equals sign and the address. The first equals sign ends the id: for an id that contains one, use
    /// <see cref="RaftMember(Raft.NodeId, string?)"/>, or an object with <see cref="Id"/> in the configuration.
    /// </param>
    /// <returns>The member.</returns>
    /// <exception cref="ArgumentException">The id is blank or too long.</exception>
    public static RaftMember FromString(string text)
    {
        RaftMember member = Split(text);
        return new RaftMember(member.NodeId, member.Address);
    }

    /// <summary>Whether the other member has the same id, address, store and tags.</summary>
    /// <param name="other">The other member.</param>
    /// <returns>True if all are the same.</returns>
    public bool Equals(RaftMember? other) =>
        other is not null
        && (ReferenceEquals(this, other)
            || (Id == other.Id && Address == other.Address && StoreId == other.StoreId && HasTagsOf(other)));

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityComparer<string>.Default.GetHashCode(Id);

    /// <summary>Separates the id from the address, and checks neither.</summary>
    internal static RaftMember Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int separator = text.IndexOf('=', StringComparison.Ordinal);
        return separator < 0
            ? new RaftMember { Id = text }
            : new RaftMember { Id = text[..separator].Trim(), Address = text[(separator + 1)..].Trim() };
    }

    /// <summary>A copy that shares nothing that can change.</summary>
    internal RaftMember Freeze()
    {
        SortedDictionary<string, string> tags = new(Tags, StringComparer.Ordinal);
        return this with { Tags = new ReadOnlyDictionary<string, string>(tags) };
    }

    private bool HasTagsOf(RaftMember other)
    {
        if (Tags.Count != other.Tags.Count)
        {
            return false;
        }

        foreach ((string name, string value) in Tags)
        {
            if (!other.Tags.TryGetValue(name, out string? same) || same != value)
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Address is null ? Id : $"{Id} at {Address}";
}
