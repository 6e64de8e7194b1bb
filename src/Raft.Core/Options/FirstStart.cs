namespace Raft;

/// <summary>
/// What a node does when its stores are blank: they hold no entry, no snapshot and no vote. It has never run, or it has lost its data.
/// </summary>
public enum FirstStart
{
    /// <summary>
    /// The node starts a cluster with the <see cref="RaftNodeOptions.Members"/>. Right for the first day of a cluster. Later, a node that
    /// has lost its data would vote as if it had never acknowledged anything, which can lose committed entries.
    /// </summary>
    Bootstrap,

    /// <summary>
    /// The node waits for a leader of its <see cref="RaftNodeOptions.ClusterId"/>, which sends it everything. It neither votes nor
    /// campaigns until it has caught up.
    /// </summary>
    Join,

    /// <summary>The node fails, however often it is started, so that a lost volume is noticed.</summary>
    Refuse,
}
