using Raft;
using Spectre.Console;

namespace ReplicatedLog;

/// <summary>How nodes and logs look on the screen.</summary>
internal static class Tables
{
    private const int LongestTable = 20;

    /// <summary>What each node is, and how far it has come.</summary>
    public static Table Nodes(Cluster cluster)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns("node", "role", "term", "leader", "last", "commit", "applied", "hears");
        foreach (Replica replica in cluster.Replicas)
        {
            if (replica.Node?.Status is not { } status)
            {
                table.AddRow(Markup.Escape(replica.Id.Value), "[red]Stopped[/]", "", "", "", "", "", "");
                continue;
            }

            table.AddRow(
                Markup.Escape(replica.Id.Value),
                status.Role == RaftRole.Leader ? "[green]Leader[/]" : status.Role.ToString(),
                $"{status.Term}",
                Markup.Escape(status.Leader?.Value ?? "none"),
                $"{status.LastIndex}",
                $"{status.CommitIndex}",
                $"{status.AppliedIndex}",
                Heard(status));
        }

        return table;
    }

    /// <summary>The logs of some nodes side by side: for each index the term and the string.</summary>
    public static async Task<Table> LogsAsync(IEnumerable<Replica> replicas)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("index");
        List<IReadOnlyList<LogLine>> logs = [];
        foreach (Replica replica in replicas)
        {
            table.AddColumn(Markup.Escape($"{replica.Id}: term, entry"));
            logs.Add(await replica.ReadLogAsync());
        }

        table.AddColumn("equal");
        long last = logs.Max(static log => log.Count > 0 ? log[^1].Index : 0);
        long start = logs.Max(static log => log.Count > 0 ? log[0].Index : 1); // what stands before is in a snapshot of one of them
        long first = Math.Max(start, last - LongestTable + 1);
        if (first > start)
        {
            table.Caption($"the last {LongestTable} entries");
        }

        for (long index = first; index <= last; index++)
        {
            List<LogLine?> lines = [.. logs.Select(log => log.FirstOrDefault(line => line.Index == index))];
            bool equal = lines.Distinct().Count() == 1;
            string[] row = [$"{index}", .. lines.Select(line => Cell(line, equal)), equal ? "yes" : "[red]NO[/]"];
            table.AddRow(row);
        }

        return table;
    }

    /// <summary>Whom the node has heard of lately. Followers have nothing to say to each other, so it is only the leader for them.</summary>
    private static string Heard(RaftStatus status)
    {
        List<string> others = [.. status.Reachable.Select(static member => member.Id).Where(id => id != status.NodeId.Value)];
        return others.Count > 0 ? Markup.Escape(string.Join(", ", others)) : "[red]nobody[/]";
    }

    private static string Cell(LogLine? line, bool equal) => line switch
    {
        null => "",
        { Kind: EntryKind.NoOp } => $"{line.Term}  [dim](no-op)[/]",
        _ when equal => $"{line.Term}  {Markup.Escape(line.Text)}",
        _ => $"[yellow]{line.Term}  {Markup.Escape(line.Text)}[/]",
    };
}
