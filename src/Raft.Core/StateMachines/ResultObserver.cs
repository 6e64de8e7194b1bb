namespace Raft;

/// <summary>Sees what a state machine answers to the commands of a batch, whether or not anybody waits for it: for tests that compare nodes.</summary>
internal abstract class ResultObserver
{
    /// <summary>A command was given a result.</summary>
    public abstract void OnCompleted(long index, ReadOnlyMemory<byte> result);

    /// <summary>A command was refused.</summary>
    public abstract void OnRejected(long index, string reason);
}
