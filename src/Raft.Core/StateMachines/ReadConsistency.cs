using System.Globalization;

namespace Raft;

/// <summary>
/// How up to date a read must be. The default value is <see cref="Linearizable"/>. Every read shows a state that the cluster has committed,
/// never half a batch, and nothing that can be rolled back; they differ in how old it may be.
/// </summary>
public readonly record struct ReadConsistency
{
    private readonly long _value;

    private ReadConsistency(ReadKind kind, long value = 0)
    {
        Kind = kind;
        _value = value;
    }

    /// <summary>
    /// The state includes everything that was acknowledged to any caller of the cluster before the read was called (section 8;
    /// dissertation, section 6.4). The leader confirms with a round of heartbeats that it still leads; another node asks the leader and
    /// answers from its own state. The read waits as long as there is no leader: pass a token that ends the wait.
    /// </summary>
    public static ReadConsistency Linearizable => default;

    /// <summary>
    /// The state that this node has applied. It may lag behind the leader, by any amount if the node is cut off. The read sends no messages
    /// and needs no leader.
    /// </summary>
    public static ReadConsistency Local => new(ReadKind.Local);

    internal ReadKind Kind { get; }

    internal long Index => _value;

    internal TimeSpan MaximumStaleness => new(_value);

    /// <summary>
    /// The state includes everything up to an index, such as <see cref="Committed.Index"/> of the caller's own last command or the result
    /// of <see cref="RaftNode.ReadBarrierAsync"/>. The read sends no messages. It waits until this node has applied that index. If the
    /// node never applies it, the read waits until its token is cancelled or the node stops.
    /// </summary>
    /// <param name="index">The index; 0 or more.</param>
    /// <returns>The consistency.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    public static ReadConsistency AtLeast(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new ReadConsistency(ReadKind.AtLeast, index);
    }

    /// <summary>
    /// The state includes everything that was acknowledged up to <paramref name="maximum"/> before the read was called. The node answers
    /// from the last index that it has received from the leader if it sent the request for it at most that long ago, by its monotonic
    /// clock. On the leader, the age counts from the start of its round of heartbeats. If the last index is older, the node asks again, as
    /// for <see cref="Linearizable"/>.
    /// </summary>
    /// <param name="maximum">How old the state may be; zero or more.</param>
    /// <returns>The consistency.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is negative.</exception>
    public static ReadConsistency BoundedStaleness(TimeSpan maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, TimeSpan.Zero);
        return new ReadConsistency(ReadKind.BoundedStaleness, maximum.Ticks);
    }

    /// <summary>The consistency in words, for people.</summary>
    /// <returns>The text; its form may change.</returns>
    public override string ToString() => Kind switch
    {
        ReadKind.Local => "local",
        ReadKind.AtLeast => string.Create(CultureInfo.InvariantCulture, $"at least index {Index}"),
        ReadKind.BoundedStaleness => $"at most {MaximumStaleness} old",
        _ => "linearizable",
    };
}

/// <summary>The kinds of <see cref="ReadConsistency"/>.</summary>
internal enum ReadKind : byte
{
    Linearizable,
    Local,
    AtLeast,
    BoundedStaleness,
}
