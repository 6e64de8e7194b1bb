namespace Raft;

/// <summary>
/// Decides what a node that is opened belongs to: the cluster that its store knows or, if the store is blank, what
/// <see cref="RaftNodeOptions.FirstStart"/> says.
/// </summary>
internal static class FirstStartRules
{
    /// <summary>What the node belongs to from now on. If it differs from what is stored, it is written before anything else.</summary>
    /// <param name="settings">The node's settings.</param>
    /// <param name="stored">What the log store holds.</param>
    /// <param name="snapshot">The header of the latest snapshot in the snapshot store; null if it is empty.</param>
    /// <exception cref="BlankStoreException">The store is blank, and the options refuse that.</exception>
    /// <exception cref="StorageCorruptedException">The store is not blank, and has forgotten its cluster.</exception>
    public static HardState Decide(NodeSettings settings, in LogState stored, SnapshotHeader? snapshot)
    {
        HardState hardState = stored.HardState;
        bool isLogBlank = stored.LastIndex == 0 && hardState.VotedFor is null;
        if (isLogBlank && snapshot is null)
        {
            return OfBlankStore(settings, hardState);
        }

        if (hardState is not { Identity: null, Join: null })
        {
            return hardState;
        }

        if (!isLogBlank)
        {
            throw NoIdentity(settings);
        }

        // A cluster that is restored from a backup: the snapshot says which one it is.
        return settings.FirstStart == FirstStart.Bootstrap
            ? hardState with { Identity = snapshot!.Identity }
            : throw SnapshotAlone(settings);
    }

    private static HardState OfBlankStore(NodeSettings settings, HardState hardState) => settings.FirstStart switch
    {
        FirstStart.Refuse => throw Blank(settings),
        FirstStart.Join => hardState with { Join = hardState.Join ?? new JoinState(CommitIndex: null) },
        _ when hardState.Join is not null => hardState, // a node that has begun to join must not vote any earlier
        _ => hardState with { Identity = settings.FirstIdentity },
    };

    private static BlankStoreException Blank(NodeSettings settings) => new(
        $"The log store of node {settings.NodeId} is blank: it holds no entry, no snapshot and no vote, and "
        + $"{nameof(RaftNodeOptions.FirstStart)} is {nameof(FirstStart.Refuse)}. Is a volume not mounted, or the path wrong? If the data "
        + $"is lost, set {nameof(FirstStart.Join)} once, and start the node while the others run: the leader sends it everything. If the "
        + $"cluster has never run, set {nameof(FirstStart.Bootstrap)}.");

    private static StorageCorruptedException SnapshotAlone(NodeSettings settings) => new(
        $"The snapshot store of node {settings.NodeId} holds a snapshot, but its log store is blank: its log, its term and its vote are "
        + "lost. Restore the log store from a copy. Without one, empty the snapshot store too, and start the node with "
        + $"{nameof(RaftNodeOptions.FirstStart)} {nameof(FirstStart.Join)} while all others run: its leader sends it everything. To "
        + $"restore the whole cluster from this snapshot, set {nameof(FirstStart.Bootstrap)} on every node.");

    private static StorageCorruptedException NoIdentity(NodeSettings settings) => new(
        $"The log store {settings.LogStore.GetType().Name} of node {settings.NodeId} holds entries or a vote, but does not know which "
        + $"cluster they belong to. A store must keep all of {nameof(HardState)}, with its {nameof(HardState.Identity)} and "
        + $"{nameof(HardState.Join)}.");
}
