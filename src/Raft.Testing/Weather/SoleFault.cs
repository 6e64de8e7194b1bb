namespace Raft.Testing;

/// <summary>A fault that no Raft survives together with others: none begins until it is over.</summary>
internal abstract class SoleFault
{
    /// <summary>Whether it has had an effect, so that it must be completed.</summary>
    public bool HasBegun { get; protected set; }

    /// <summary>Takes the next step that is possible.</summary>
    /// <param name="isCalm">Whether no other fault is under way, and no message of another cluster.</param>
    /// <returns>True once it is over.</returns>
    public abstract bool Advance(bool isCalm);
}
