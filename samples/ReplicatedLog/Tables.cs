using Raft;
using Spectre.Console;

namespace ReplicatedLog;

/// <summary>Shows nodes, logs and strings as tables.</summary>
internal static class Tables
{
    private const int LongestTable = 20;

    /// <summary>Shows the status of each node.</summary>
    public static Table Nodes(Cluster cluster)
    {
        Table table = new Table().Border(TableBorder.Rounded)
            .AddColumns("node", "role", "term", "leader", "last", "commit", "applied", "reachable");
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

    /// <summary>Shows the logs of some nodes: the term and the string for each index.</summary>
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
        long start = logs.Max(static log => log.Count > 0 ? log[0].Index : 1); // earlier entries are in a snapshot of one of them
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

    /// <summary>Shows the strings that each node has applied, which includes those from a snapshot.</summary>
    public static Table Strings(IReadOnlyList<Replica> replicas)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("number");
        foreach (Replica replica in replicas)
        {
            table.AddColumn(Markup.Escape(replica.Id.Value));
        }

        table.AddColumn("equal");
        List<IReadOnlyList<string>> applied = [.. replicas.Select(static replica => replica.Machine.Entries)];
        for (int i = 0; i < applied.Max(static strings => strings.Count); i++)
        {
            List<string> cells = [.. applied.Select(strings => strings.ElementAtOrDefault(i) ?? "")];
            string[] row = [$"{i + 1}", .. cells.Select(Markup.Escape), cells.Distinct().Count() == 1 ? "yes" : "[red]NO[/]"];
            table.AddRow(row);
        }

        return table;
    }

    /// <summary>Shows the nodes from which the node receives messages. For a follower, that is only the leader.</summary>
    private static string Heard(RaftStatus status)
    {
        List<string> others = [.. status.Reachable.Select(static member => member.Id).Where(id => id != status.NodeId.Value)];
        return others.Count > 0 ? Markup.Escape(string.Join(", ", others)) : "[red]none[/]";
    }

    private static string Cell(LogLine? line, bool equal) => line switch
    {
        null => "",
        { Kind: EntryKind.NoOp } => $"{line.Term}  [dim](no-op)[/]",
        { Kind: EntryKind.Configuration } => $"{line.Term}  [dim](members)[/]",
        _ when equal => $"{line.Term}  {Markup.Escape(line.Text)}",
        _ => $"[yellow]{line.Term}  {Markup.Escape(line.Text)}[/]",
    };
}
