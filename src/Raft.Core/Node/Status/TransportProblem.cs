namespace Raft;

/// <summary>Why messages to a member do not arrive, as far as the transport knows.</summary>
/// <param name="Member">The member.</param>
/// <param name="Description">What is wrong, and what to do.</param>
public sealed record TransportProblem(NodeId Member, string Description)
{
    /// <summary>The problem in a line, for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString() => $"{Member}: {Description}";
}
