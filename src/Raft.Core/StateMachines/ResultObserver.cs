namespace Raft;

/// <summary>Observes the results of the commands of a batch, even if no proposer waits for them. For tests that compare nodes.</summary>
internal abstract class ResultObserver
{
    /// <summary>A command has a result.</summary>
    public abstract void OnCompleted(long index, ReadOnlyMemory<byte> result);

    /// <summary>A command was refused.</summary>
    public abstract void OnRejected(long index, string reason);
}
