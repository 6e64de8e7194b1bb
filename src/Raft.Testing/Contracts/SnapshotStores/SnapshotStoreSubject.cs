namespace Raft.Testing;

/// <summary>
/// A disk with a snapshot store on it, for <see cref="SnapshotStoreContract"/>. It starts empty, and outlives the stores that are
/// made over it.
/// </summary>
public abstract class SnapshotStoreSubject : ContractSubject
{
    /// <summary>Whether <see cref="Crash"/> works. False unless said otherwise; must be the same for all subjects of a kind.</summary>
    public virtual bool CanCrash => false;

    /// <summary>The size of the largest snapshot that is tried, in bytes. Default 8 MiB.</summary>
    public virtual int LargestSnapshot => 8 * 1_024 * 1_024;

    /// <summary>Makes a store over what the disk holds. Called for each life: a store that was made before is not used any more.</summary>
    /// <returns>The store. One that keeps its content in itself may be given again.</returns>
    public abstract ISnapshotStore CreateStore();

    /// <summary>
    /// The machine loses its power: the store that was made last is never called again and never completes another call,
    /// and the disk keeps what reached it.
    /// </summary>
    /// <param name="random">
    /// Decides how much of what was not flushed has reached the disk anyway. Draw from it every loss that the real disk can
    /// do, such as a file of which half is there.
    /// </param>
    public virtual void Crash(SeededRandom random) =>
        throw new NotSupportedException($"{GetType().Name} says that it can crash, and does not override {nameof(Crash)}.");
}
