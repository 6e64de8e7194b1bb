namespace Raft.Testing;

/// <summary>
/// Times never fall along a log, no matter which node appended its entries and how wrong its clock was, nor from a snapshot to the entries
/// after it.
/// </summary>
/// <param name="committed">What snapshots include.</param>
internal sealed class TimesNeverFall(CommittedLog committed) : ClusterRule
{
    public override string Name => "Times never fall";

    public override string? OnWriting(SimulatedNode node, LogWrite write)
    {
        if (write.Entries.IsEmpty)
        {
            return null;
        }

        DateTimeOffset before = TimeBefore(node.Store.WrittenImage.Entries, write.FirstIndex);
        long index = write.FirstIndex;
        foreach (ref readonly LogEntry entry in write.Entries.Span)
        {
            if (entry.Time < before)
            {
                return $"{node.Id} writes entry {index} with the time {entry.Time:O}, after one with {before:O}.";
            }

            before = entry.Time;
            index++;
        }

        return null;
    }

    private DateTimeOffset TimeBefore(StoredEntries log, long index) =>
        index - 1 > log.PreviousIndex ? log[index - 1].Time
        : index > 1 && index - 1 <= committed.LastIndex ? committed.TimeAt(index - 1)
        : default;
}
