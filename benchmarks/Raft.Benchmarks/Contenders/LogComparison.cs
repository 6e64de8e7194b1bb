namespace Raft.Benchmarks.Contenders;

/// <summary>Reads back the logs of all nodes of a group: a fast system that loses something is not fast.</summary>
internal static class LogComparison
{
    /// <summary>Compares what all nodes still have, entry by entry and byte by byte.</summary>
    /// <returns>A description of the difference; null if there is none.</returns>
    public static async Task<string?> FindDifferenceAsync(RaftGroup group)
    {
        await group.SettleAsync();
        List<(long First, List<LogEntry> Entries)> logs = [];
        foreach (RaftNode node in group.Nodes)
        {
            logs.Add(await ReadAsync(node));
        }

        for (int i = 1; i < logs.Count; i++)
        {
            if (FindDifference(logs[0], logs[i]) is { } index)
            {
                return $"the logs of {group.Nodes[0].Id} and {group.Nodes[i].Id} differ at index {index}";
            }

            if (group.Machines[i].Count != group.Machines[0].Count)
            {
                return $"{group.Nodes[0].Id} has applied {group.Machines[0].Count} commands, "
                    + $"and {group.Nodes[i].Id} {group.Machines[i].Count}";
            }

            if (group.Machines[i].Hash != group.Machines[0].Hash)
            {
                return $"{group.Nodes[0].Id} and {group.Nodes[i].Id} have applied different commands, or in a different order";
            }
        }

        return null;
    }

    private static async Task<(long First, List<LogEntry> Entries)> ReadAsync(RaftNode node)
    {
        // The first index is counted back from the last: a snapshot may drop the front meanwhile, but nothing is appended.
        List<LogEntry> entries = [];
        await foreach (LogEntry entry in node.ReadLogAsync())
        {
            entries.Add(entry);
        }

        return (node.Status.LastIndex - entries.Count + 1, entries);
    }

    private static long? FindDifference((long First, List<LogEntry> Entries) one, (long First, List<LogEntry> Entries) other)
    {
        long last = one.First + one.Entries.Count - 1;
        if (last != other.First + other.Entries.Count - 1)
        {
            return last + 1;
        }

        long first = Math.Max(one.First, other.First);
        if (first > last)
        {
            return first; // nothing that both have: equal logs were not shown
        }

        for (long index = first; index <= last; index++)
        {
            LogEntry left = one.Entries[(int)(index - one.First)];
            LogEntry right = other.Entries[(int)(index - other.First)];
            if (left.Term != right.Term || left.Kind != right.Kind || !left.Data.Span.SequenceEqual(right.Data.Span))
            {
                return index;
            }
        }

        return null;
    }
}
