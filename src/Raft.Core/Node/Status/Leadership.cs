namespace Raft;

/// <summary>A node's leadership of one term.</summary>
/// <param name="Term">The term: grows with every change of leader, so it fences off what an earlier leader may still do.</param>
/// <param name="Lost">
/// Cancelled when the node knows that it no longer leads this term. Another node may have been elected shortly before. Callbacks that are
/// registered on it must not throw: that ends the process, like any unhandled exception.
/// </param>
public sealed record Leadership(long Term, CancellationToken Lost);
