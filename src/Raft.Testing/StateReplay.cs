using System.Runtime.CompilerServices;

namespace Raft.Testing;

/// <summary>
/// Applies the log of a node that has stopped to a new state machine, one command at a time, to find the command after which two states
/// differ.
/// </summary>
/// <example>
/// Two replays of a copy of the same stores, which should be the same:
/// <code>
/// List&lt;IndexedDigest&gt; one = await StateReplay.RunAsync(new Warehouse(), copy1, copy1, "raft", "n3").ToListAsync();
/// List&lt;IndexedDigest&gt; other = await StateReplay.RunAsync(new Warehouse(), copy2, copy2, "raft", "n3").ToListAsync();
/// long culprit = one.Zip(other).FirstOrDefault(each =&gt; each.First != each.Second).First.Index; // 0 if there is none
/// </code>
/// </example>
public static class StateReplay
{
    private const int EntriesPerRead = 1_024;

    /// <summary>
    /// Restores the state machine from the latest snapshot, if there is one, and applies the commands after it in order. The entries at the
    /// end of the log need not be committed.
    /// </summary>
    /// <param name="machine">A new state machine.</param>
    /// <param name="log">The log store. Opening one writes to it, so give it a copy of the folder of a node.</param>
    /// <param name="snapshots">The snapshot store; null if the node had no snapshots.</param>
    /// <param name="clusterId">The cluster to which the stores belong.</param>
    /// <param name="nodeId">The node to which the stores belong.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>
    /// The digest after the snapshot, with its last index, and then after each command. It is that of <see cref="IStateDigest"/>, or else a
    /// hash of what the state machine captures, which takes longer.
    /// </returns>
    /// <exception cref="InvalidOperationException">The state machine offers no digest, and captures nothing.</exception>
    public static async IAsyncEnumerable<IndexedDigest> RunAsync(
        IStateMachine machine,
        ILogStore log,
        ISnapshotStore? snapshots,
        string clusterId,
        NodeId nodeId,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(log);
        LogState state = await log.OpenAsync(clusterId, nodeId, cancellationToken).ConfigureAwait(false);
        long index = state.PreviousIndex;
        if (snapshots is not null && await snapshots.FindLatestAsync(cancellationToken).ConfigureAwait(false) is { } snapshot)
        {
            await RestoreAsync(machine, snapshots, snapshot, cancellationToken).ConfigureAwait(false);
            index = snapshot.LastIncludedIndex;
            yield return new IndexedDigest(index, await DigestAsync(machine, cancellationToken).ConfigureAwait(false));
        }

        CommittedBatch batch = new();
        PendingProposals nobody = new();
        ResumeBatchPool resumes = new(PoolScheduler.Shared);
        while (index < state.LastIndex)
        {
            ReadOnlyMemory<LogEntry> entries = await log
                .ReadAsync(index + 1, EntriesPerRead, long.MaxValue, cancellationToken).ConfigureAwait(false);
            if (entries.IsEmpty)
            {
                throw new StorageCorruptedException($"The log ends at {state.LastIndex}, but has no entry {index + 1}.");
            }

            for (int i = 0; i < entries.Length; i++)
            {
                index++;
                batch.Fill(index, entries.Slice(i, 1), nobody, resumes.Rent());
                bool isCommand = batch.Count > 0;
                if (isCommand)
                {
                    await machine.ApplyAsync(batch, cancellationToken).ConfigureAwait(false);
                }

                batch.Finish(metrics: null);
                if (isCommand)
                {
                    yield return new IndexedDigest(index, await DigestAsync(machine, cancellationToken).ConfigureAwait(false));
                }
            }
        }

        await log.CloseAsync().ConfigureAwait(false);
    }

    private static async ValueTask RestoreAsync(
        IStateMachine machine, ISnapshotStore snapshots, SnapshotInfo snapshot, CancellationToken cancellationToken)
    {
        Stream content = await snapshots.OpenReadAsync(snapshot, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            SnapshotContentStream captured = new(content, snapshot.Length);
            await using (captured.ConfigureAwait(false))
            {
                await machine.RestoreAsync(captured, snapshot.LastIncludedIndex, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask<ulong> DigestAsync(IStateMachine machine, CancellationToken cancellationToken)
    {
        if (machine is IStateDigest { Digest: { } digest })
        {
            return digest;
        }

        using ISnapshotCapture capture = machine.Capture() ?? throw new InvalidOperationException(
            $"{machine.GetType().Name} offers no digest and captures nothing, so nothing shows its state: implement "
            + $"{nameof(IStateDigest)}.");
        using DigestStream content = new();
        await capture.WriteToAsync(content, cancellationToken).ConfigureAwait(false);
        return content.Digest;
    }
}
