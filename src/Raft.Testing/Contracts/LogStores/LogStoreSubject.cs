namespace Raft.Testing;

/// <summary>
/// A disk with a log store on it, for <see cref="LogStoreContract"/>. It starts empty, and outlives the stores that are made over
/// it.
/// </summary>
/// <remarks>
/// The more it can do, the more clauses apply: one that can crash, by losing what was not flushed, is held to what
/// Raft's safety depends on.
/// </remarks>
public abstract class LogStoreSubject : ContractSubject
{
    /// <summary>Whether <see cref="Crash"/> works. False unless said otherwise; must be the same for all subjects of a kind.</summary>
    public virtual bool CanCrash => false;

    /// <summary>
    /// Whether <see cref="FailNextWrite"/> works. False unless said otherwise; must be the same for all subjects of a kind.
    /// </summary>
    public virtual bool CanFailWrites => false;

    /// <summary>The size of the largest payload that is tried, in bytes. Default 4 MiB.</summary>
    public virtual int LargestPayload => 4 * 1_024 * 1_024;

    /// <summary>Makes a store over what the disk holds. Called for each life: after a close, and after a crash.</summary>
    /// <returns>The store, not open. One that keeps its content in itself may be given again after it was closed.</returns>
    public abstract ILogStore CreateStore();

    /// <summary>
    /// The machine loses its power: the store that was made last is never called again and never completes another call,
    /// and the disk keeps what reached it.
    /// </summary>
    /// <param name="random">
    /// Decides how much of what was not flushed has reached the disk anyway. Draw from it every loss that the real disk can
    /// do, such as a last write of which half is there.
    /// </param>
    public virtual void Crash(SeededRandom random) =>
        throw new NotSupportedException($"{GetType().Name} says that it can crash, and does not override {nameof(Crash)}.");

    /// <summary>Lets the next write of the store that was made last fail, as with a broken disk.</summary>
    public virtual void FailNextWrite() =>
        throw new NotSupportedException($"{GetType().Name} says that it can fail writes, and does not override {nameof(FailNextWrite)}.");
}
