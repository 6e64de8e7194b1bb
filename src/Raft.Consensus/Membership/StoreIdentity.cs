namespace Raft;

/// <summary>
/// Identifies a durable log store, so that the others notice when a node has lost its disk or runs on a copy of it.
/// </summary>
/// <param name="Id">A random id, from the creation of the store.</param>
/// <param name="Opening">How often the store was opened; 1 when it was created.</param>
public sealed record StoreIdentity(Guid Id, long Opening)
{
    /// <summary>The identity in a few words.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Id}, opening {Opening}";
}
