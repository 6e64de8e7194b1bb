namespace Raft;

/// <summary>
/// The name of a node, unique within its cluster and stable as long as the node exists. It is not an address: a node may move to
/// another machine and keep its id.
/// </summary>
/// <remarks>Ids are compared ordinally, character by character. Immutable, safe to use from any thread.</remarks>
public readonly record struct NodeId : IComparable<NodeId>
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaximumLength = 255;

    private readonly string? _value;

    /// <summary>Makes an id.</summary>
    /// <param name="value">1 to <see cref="MaximumLength"/> characters, not only white space.</param>
    /// <exception cref="ArgumentException">The text is null, blank or too long.</exception>
    public NodeId(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        if (value.Length > MaximumLength)
        {
            throw new ArgumentException($"A node id has at most {MaximumLength} characters; this one has {value.Length}.", nameof(value));
        }

        _value = value;
    }

    /// <summary>The text of the id; empty only for <c>default(NodeId)</c>, which is not the id of any node.</summary>
    public string Value => _value ?? string.Empty;

    /// <summary>Lets you pass a string where an id is expected.</summary>
    /// <param name="value">The text of the id.</param>
    /// <exception cref="ArgumentException">The text is null, blank or too long.</exception>
    public static implicit operator NodeId(string value) => new(value);

    /// <summary>Makes an id from a string, for languages without implicit conversions.</summary>
    /// <param name="value">The text of the id.</param>
    /// <returns>The id.</returns>
    /// <exception cref="ArgumentException">The text is null, blank or too long.</exception>
    public static NodeId FromString(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>Whether the left id comes before the right one, ordinally.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left id comes after the right one, ordinally.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left id comes before the right one or equals it.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left id comes after the right one or equals it.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Value;
}
