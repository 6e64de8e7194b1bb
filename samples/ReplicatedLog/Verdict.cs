using Raft;

namespace ReplicatedLog;

/// <summary>Checks what Raft guarantees.</summary>
internal static class Verdict
{
    /// <summary>Compares the three logs. If they differ, waits for nodes that are still replicating.</summary>
    /// <returns>The differences; empty if the logs are equal.</returns>
    public static async Task<IReadOnlyList<string>> CompareLogsAsync(Cluster cluster, TimeSpan limit)
    {
        using CancellationTokenSource timeLimit = new(limit);
        while (true)
        {
            Task changed = cluster.WaitForChangeAsync(timeLimit.Token); // before the comparison, so that no change is missed
            List<string> differences = await CompareLogsAsync(cluster);
            if (differences.Count == 0)
            {
                return differences;
            }

            try
            {
                await changed;
            }
            catch (OperationCanceledException)
            {
                return differences;
            }
        }
    }

    /// <summary>Checks that each acknowledged string is on every node, once, and where it was acknowledged.</summary>
    public static async Task<IReadOnlyList<string>> CheckPromisesAsync(
        Cluster cluster, IReadOnlyCollection<Acknowledgement> acknowledged)
    {
        List<string> problems = [.. cluster.LeaderRecord.Violations];
        foreach (Replica replica in cluster.Replicas)
        {
            IReadOnlyList<LogLine> log = await replica.ReadLogAsync();
            IReadOnlyList<string> strings = replica.Machine.Entries;
            foreach (Acknowledgement promise in acknowledged)
            {
                LogLine line = new(promise.Index, promise.Term, EntryKind.Command, promise.Text);
                bool isInSnapshot = log.Count == 0 || promise.Index < log[0].Index;
                if (!isInSnapshot && !log.Contains(line))
                {
                    problems.Add($"{replica.Id} does not have '{promise.Text}' at index {promise.Index}, where it was acknowledged.");
                }

                if (strings.ElementAtOrDefault((int)promise.Position - 1) != promise.Text)
                {
                    problems.Add($"{replica.Id} has not applied '{promise.Text}' as number {promise.Position}, as it was acknowledged.");
                }
            }

            // Each string is proposed with a different text, so a text that occurs twice was applied twice.
            problems.AddRange(strings.GroupBy(static text => text).Where(static group => group.Count() > 1)
                .Select(group => $"{replica.Id} has applied '{group.Key}' {group.Count()} times."));
        }

        return problems;
    }

    private static async Task<List<string>> CompareLogsAsync(Cluster cluster)
    {
        Replica first = cluster.Replicas[0];
        IReadOnlyList<LogLine> expected = await first.ReadLogAsync();
        List<string> differences = [];
        foreach (Replica other in cluster.Except(first))
        {
            IReadOnlyList<LogLine> actual = await other.ReadLogAsync();

            // Entries before the later of the two starts are in a snapshot of one of them.
            long start = Math.Max(expected.Count > 0 ? expected[0].Index : 1, actual.Count > 0 ? actual[0].Index : 1);
            List<LogLine> one = [.. expected.Where(line => line.Index >= start)];
            List<LogLine> two = [.. actual.Where(line => line.Index >= start)];
            if (!one.SequenceEqual(two))
            {
                int same = one.Zip(two).TakeWhile(static pair => pair.First == pair.Second).Count();
                string ends = $"{first.Id} (to {start + one.Count - 1}) and {other.Id} (to {start + two.Count - 1})";
                differences.Add($"The logs of {ends} differ from index {start + same} on.");
            }
        }

        return differences;
    }
}
