namespace Raft;

/// <summary>
/// A one-way message between two nodes. Requests and replies of the paper's remote procedure calls are messages of
/// their own, so that a transport needs neither to wait nor to match them.
/// </summary>
/// <remarks>Immutable, so an in-process transport hands over the very same object.</remarks>
public abstract record RaftMessage
{
    private protected RaftMessage()
    {
    }

    /// <summary>The node that sent it.</summary>
    public required NodeId From { get; init; }

    /// <summary>The node that it is meant for.</summary>
    public required NodeId To { get; init; }

    /// <summary>The cluster that it belongs to; a node drops messages of any other.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The sender's current term (a pre-vote request carries the term that it would campaign in).</summary>
    public required long Term { get; init; }

    /// <summary>The number that the sender gave a request, growing for each; a reply copies it. 0 or more on any wire.</summary>
    public long Correlation { get; init; }

    /// <summary>Whether the caller of a node's handler waits for the answer, rather than another node: numbered below zero by the host.</summary>
    internal bool IsHandlerCall => Correlation < 0;
}
