namespace Raft.Testing;

/// <summary>
/// A rule that a cluster must keep, looked at whenever something happens that could break it. Each method says what is
/// broken, or null.
/// </summary>
internal abstract class ClusterRule
{
    /// <summary>What it is called in the paper, or here.</summary>
    public abstract string Name { get; }

    /// <summary>A node gives a message to its transport. It need not arrive.</summary>
    public virtual string? OnSent(SimulatedNode node, RaftMessage message) => null;

    /// <summary>A message reaches a node that is up; it is looked at later, unless too many wait.</summary>
    public virtual string? OnDelivered(SimulatedNode node, RaftMessage message) => null;

    /// <summary>A node that is up and not paused has done all that it can do before time moves on.</summary>
    public virtual string? OnQuiet(SimulatedNode node) => null;

    /// <summary>A node writes to its log store: called before the write takes effect.</summary>
    public virtual string? OnWriting(SimulatedNode node, LogWrite write) => null;

    /// <summary>A node drops the entries up to an index from its log store: called before it takes effect.</summary>
    public virtual string? OnCompacting(SimulatedNode node, long throughIndex) => null;

    /// <summary>A node's status has changed within its life.</summary>
    public virtual string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now) => null;
}

/// <summary>What a node was or is, as the rules see it.</summary>
internal readonly record struct NodeSituation(RaftRole Role, long Term, long LastIndex, long CommitIndex, long AppliedIndex);
