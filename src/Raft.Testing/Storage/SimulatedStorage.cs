namespace Raft.Testing;

/// <summary>
/// What a simulated node keeps on its disk, across its lives, with the log store and the snapshot store that the present life uses. Derive
/// from it to run your own stores in a <see cref="SimulatedCluster"/> or a <see cref="Simulation"/>, and let the methods do to them what
/// happens to a real disk.
/// </summary>
/// <remarks>
/// <para>Everything runs on the thread of the simulation. A call of a store may complete in a later step: schedule the rest on
/// <see cref="SimulatedWorld.Scheduler"/>, or wait for a timer of <see cref="SimulatedWorld.Clock"/>. Draw from
/// <see cref="SimulatedWorld.Random"/> what is random. Then a seed repeats.</para>
/// <para>The cluster observes both stores. At each opening it compares their content with what was written before, so that a store that
/// loses or changes what it acknowledged ends the run.</para>
/// </remarks>
public abstract class SimulatedStorage
{
    /// <summary>Gets the log store of the present life. A new object after each crash; the same one after the node has stopped.</summary>
    public abstract ILogStore LogStore { get; }

    /// <summary>Gets the snapshot store of the present life. As <see cref="LogStore"/>; it may be the same object.</summary>
    public abstract ISnapshotStore SnapshotStore { get; }

    /// <summary>Gets or sets the longest time that a write to the log takes, unless the disk hangs. Default 2 ms.</summary>
    public virtual TimeSpan WriteDelay { get; set; } = TimeSpan.FromMilliseconds(2);

    /// <summary>Gets or sets the longest time until a snapshot is durable, unless the disk hangs. Default 5 ms.</summary>
    public virtual TimeSpan SnapshotDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Gets the virtual time at which the writes under way will be durable, unless the disk hangs. A cluster is given until then before it
    /// must make progress. Default zero.
    /// </summary>
    public virtual TimeSpan BusyUntil => TimeSpan.Zero;

    /// <summary>
    /// Gets whether an injected fault may have damaged the present life, so that the node may end at any time because of it. The node is
    /// restarted when the fault ends. Default false.
    /// </summary>
    public virtual bool IsFaulty => false;

    /// <summary>Gets whether <see cref="FlipBit"/> is supported. Default false.</summary>
    public virtual bool CanFlipBits => false;

    /// <summary>The node is about to start, for the first time or again. By default, nothing happens.</summary>
    public virtual void BeginLife()
    {
    }

    /// <summary>
    /// The process of the node ends in the midst of everything, perhaps with the machine: <see cref="LogStore"/> and
    /// <see cref="SnapshotStore"/> become new objects, and no call of the old ones completes any more. The disk keeps what the old ones
    /// have reported as durable.
    /// </summary>
    /// <param name="survivingWrites">
    /// How many of the writes under way reach the disk anyway, the oldest first; a storage that cannot choose lets any of them survive.
    /// </param>
    public abstract void Crash(int survivingWrites);

    /// <summary>Replaces the disk by an empty one. The node has crashed before.</summary>
    public abstract void Erase();

    /// <summary>Copies what is durable, for a later <see cref="Restore"/>. The node may be running.</summary>
    /// <returns>The copy.</returns>
    public abstract object Copy();

    /// <summary>Replaces the content of the disk by an earlier copy. The node has crashed before.</summary>
    /// <param name="copy">What <see cref="Copy"/> returned.</param>
    public abstract void Restore(object copy);

    /// <summary>The disk of the log hangs: nothing becomes durable until <see cref="Release"/>.</summary>
    public abstract void Hold();

    /// <summary>Ends a <see cref="Hold"/>. Does nothing if the disk does not hang.</summary>
    public abstract void Release();

    /// <summary>Holds all calls of the snapshot store, where that is possible, until <see cref="ReleaseSnapshots"/>.</summary>
    internal virtual void HoldSnapshotCalls() => HoldSnapshots();

    /// <summary>The disk of the snapshots hangs until <see cref="ReleaseSnapshots"/>. It may be the same disk.</summary>
    public abstract void HoldSnapshots();

    /// <summary>Ends a <see cref="HoldSnapshots"/>. Does nothing if the disk does not hang.</summary>
    public abstract void ReleaseSnapshots();

    /// <summary>
    /// Makes a write to the log fail soon: the next one, or one of the operations on the disk that it consists of. The disk may
    /// continue to fail until <see cref="EndFailures"/>.
    /// </summary>
    /// <param name="exception">What the write throws, unless the disk has exceptions of its own.</param>
    public abstract void FailWrite(Exception exception);

    /// <summary>As <see cref="FailWrite"/>, for a call of the snapshot store.</summary>
    /// <param name="exception">What the call throws, unless the disk has exceptions of its own.</param>
    public abstract void FailSnapshot(Exception exception);

    /// <summary>Ends what <see cref="FailWrite"/> and <see cref="FailSnapshot"/> began, even if nothing has failed yet.</summary>
    public abstract void EndFailures();

    /// <summary>
    /// Inverts any bit at rest, after the node has stopped. A store that finds it must refuse to open or to read, with a
    /// <see cref="StorageCorruptedException"/>; then the node is replaced by an empty one. Never called unless <see cref="CanFlipBits"/>.
    /// </summary>
    public virtual void FlipBit() => throw new NotSupportedException($"{GetType().Name} cannot invert bits.");

    /// <summary>Returns whether an injected fault explains that the node has failed. Default: not.</summary>
    /// <param name="failure">What the store threw.</param>
    /// <returns>False if the node should not have failed, which ends the run.</returns>
    public virtual bool Explains(Exception failure) => false;
}
