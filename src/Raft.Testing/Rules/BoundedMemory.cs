using Raft.Consensus;

namespace Raft.Testing;

/// <summary>
/// What a node keeps in memory and puts into messages is bounded by its options: uncommitted payload, callers, cached entries, waiting
/// messages, answers that wait for a write, messages in flight, and the size of a message.
/// </summary>
internal sealed class BoundedMemory : ClusterRule
{
    private const int OtherMessagesToEachNode = 8;

    public override string Name => "Bounded memory";

    /// <summary>
    /// <see cref="RaftNodeOptions.MaximumMessageBytes"/>, which a single larger entry may exceed, and
    /// <see cref="RaftNodeOptions.SnapshotChunkBytes"/>.
    /// </summary>
    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        switch (message)
        {
            case AppendEntriesMessage { Entries.Length: > 1 } append:
                long bytes = 0;
                foreach (ref readonly LogEntry entry in append.Entries.Span)
                {
                    bytes += entry.Data.Length + ReplicatedLog.EntryOverhead;
                }

                return bytes <= node.Options.MaximumMessageBytes
                    ? null
                    : $"{node.Id} sends {append.Entries.Length} entries of {bytes} bytes, and "
                        + $"{nameof(RaftNodeOptions.MaximumMessageBytes)} is {node.Options.MaximumMessageBytes}.";
            case InstallSnapshotMessage chunk when chunk.Data.Length > node.Options.SnapshotChunkBytes:
                return $"{node.Id} sends a chunk of {chunk.Data.Length} bytes, and "
                    + $"{nameof(RaftNodeOptions.SnapshotChunkBytes)} is {node.Options.SnapshotChunkBytes}.";
            default:
                return null;
        }
    }

    /// <summary>
    /// <see cref="RaftNodeOptions.MaximumUncommittedBytes"/>: a leader takes a command within the limit, or when nothing is uncommitted.
    /// What is not in memory does not count: after a restart it is not known what is committed, and old entries stay on the disk.
    /// </summary>
    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        NodeSituation was = node.Situation;
        LogImage log = node.Store.WrittenImage;
        if (was.Role != RaftRole.Leader || write.Entries.IsEmpty || (write.HardState?.Term ?? log.HardState.Term) != was.Term
            || node.Current!.Footprint is not { } footprint)
        {
            return null;
        }

        long limit = node.Options.MaximumUncommittedBytes;
        long uncommitted = 0;
        for (long index = Math.Max(was.CommitIndex + 1, footprint.FirstCachedIndex);
            index <= log.Entries.LastIndex && uncommitted <= limit;
            index++)
        {
            uncommitted += CommandBytes(log.Entries[index]);
        }

        foreach (ref readonly LogEntry entry in write.Entries.Span)
        {
            if (entry.Kind == EntryKind.Command && uncommitted > 0 && uncommitted + entry.Data.Length > limit)
            {
                return $"{node.Id} takes a command of {entry.Data.Length} bytes beyond {uncommitted} uncommitted ones, and "
                    + $"{nameof(RaftNodeOptions.MaximumUncommittedBytes)} is {limit}.";
            }

            uncommitted += CommandBytes(in entry);
        }

        return null;
    }

    public override string? OnQuiet(SimulatedNode node) => node.Current!.Footprint is { } footprint ? FindExcess(node, in footprint) : null;

    internal static string? FindExcess(SimulatedNode node, in NodeFootprint footprint)
    {
        int held = MostHeldMessages(node);
        if (footprint.HeldMessages > held)
        {
            return $"{footprint.HeldMessages} messages of {node.Id} wait for {node.Store.UnderWay} writes, and the others can have asked it "
                + $"{held} different things.";
        }

        // Whole segments are freed, and what is not committed and durable stays.
        RaftNodeOptions options = node.Options;
        long segment = Math.Clamp(options.MaximumCachedEntries, EntryCache.SmallestSegment, EntryCache.LargestSegment);
        long entries = Math.Max(options.MaximumCachedEntries, segment + footprint.RetainedEntries);
        return footprint.CachedEntries > entries
            ? $"{node.Id} keeps {footprint.CachedEntries} entries in memory, {footprint.RetainedEntries} of which it must, and "
                + $"{nameof(RaftNodeOptions.MaximumCachedEntries)} is {options.MaximumCachedEntries}."
            : footprint.PendingProposals > options.MaximumPendingProposals
            ? $"{footprint.PendingProposals} proposals wait at {node.Id}, and {nameof(RaftNodeOptions.MaximumPendingProposals)} is "
                + $"{options.MaximumPendingProposals}."
            : footprint.WaitingMessages > options.MaximumWaitingMessages
            ? $"{footprint.WaitingMessages} messages wait at {node.Id}, and {nameof(RaftNodeOptions.MaximumWaitingMessages)} is "
                + $"{options.MaximumWaitingMessages}."
            : footprint.InFlightMessages > options.MaximumInFlightMessages
            ? $"{footprint.InFlightMessages} messages of {node.Id} to a follower are unanswered, and "
                + $"{nameof(RaftNodeOptions.MaximumInFlightMessages)} is {options.MaximumInFlightMessages}."
            : footprint.EarlyChunks > options.MaximumInFlightMessages
            ? $"{footprint.EarlyChunks} parts of a snapshot wait at {node.Id}, and {nameof(RaftNodeOptions.MaximumInFlightMessages)} is "
                + $"{options.MaximumInFlightMessages}."
            : footprint is { InFlightMessages: 0, InFlightBytes: > 0 }
            ? $"{node.Id} counts {footprint.InFlightBytes} bytes as in flight, and no message is."
            : null;
    }

    /// <summary>
    /// For each write, another node may have a window of entries or chunks, or a few other requests, that are not answered before it.
    /// </summary>
    private static int MostHeldMessages(SimulatedNode node) =>
        (node.Store.UnderWay + 1) * node.Options.Members.Count * (node.Options.MaximumInFlightMessages + OtherMessagesToEachNode);

    /// <summary>Only what clients propose counts towards the limit.</summary>
    private static int CommandBytes(in LogEntry entry) => entry.Kind == EntryKind.Command ? entry.Data.Length : 0;
}
