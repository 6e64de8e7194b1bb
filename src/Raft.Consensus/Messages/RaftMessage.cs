namespace Raft;

/// <summary>
/// A one-way message between two nodes. Requests and replies of the paper's remote procedure calls are separate messages, so a
/// transport needs neither to wait nor to match them.
/// </summary>
/// <remarks>Immutable, so an in-process transport passes on the same object.</remarks>
public abstract record RaftMessage
{
    private protected RaftMessage()
    {
    }

    /// <summary>The node that sent it.</summary>
    public required NodeId From { get; init; }

    /// <summary>The node that it is for.</summary>
    public required NodeId To { get; init; }

    /// <summary>
    /// Describes the sender, above all which cluster it belongs to. A node accepts nothing from another identity.
    /// </summary>
    public required MessageOrigin Origin { get; init; }

    /// <summary>The name of the cluster, from <see cref="Origin"/>.</summary>
    public string ClusterId => Origin.ClusterId;

    /// <summary>The sender's current term (a pre-vote request carries the term that it would campaign in).</summary>
    public required long Term { get; init; }

    /// <summary>The number of a request, which grows with each; a reply copies it. 0 or more on any wire.</summary>
    public long Correlation { get; init; }

    /// <summary>
    /// The sender's UTC time when it created the message, in ticks of 100 ns; 0 if unknown. A leader compares the clocks of the voters
    /// by it.
    /// </summary>
    public long SentAtTicks { get; init; }

    /// <summary>Whether the sender is about to stop: it does not campaign, and no leader transfers its leadership to it.</summary>
    public bool IsStopping { get; init; }

    /// <summary>
    /// Whether the caller of a node's handler waits for the answer, and not another node: the host gives such requests numbers below
    /// zero.
    /// </summary>
    internal bool IsHandlerCall => Correlation < 0;
}
