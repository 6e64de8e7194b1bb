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
        int last = logs.Max(static log => log.Count);
        int first = Math.Max(0, last - LongestTable);
        if (first > 0)
        {
            table.Caption($"the last {LongestTable} entries");
        }

        for (int i = first; i < last; i++)
        {
            List<LogLine?> lines = [.. logs.Select(log => log.ElementAtOrDefault(i))];
            bool equal = lines.Distinct().Count() == 1;
            string[] row = [$"{i + 1}", .. lines.Select(line => Cell(line, equal)), equal ? "yes" : "[red]NO[/]"];
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
