using System.Globalization;
using Raft.Benchmarks.Reports;

namespace Raft.Benchmarks.Server;

/// <summary>The figures of a run, as tables.</summary>
internal static class ServerReport
{
    /// <summary>Prints the tables, and writes them to a file.</summary>
    public static void Write(IReadOnlyList<ServerRow> rows, IReadOnlyList<string> header, TimeSpan duration, string folder)
    {
        List<(string Title, TextTable Table)> tables =
        [
            .. from operation in Enum.GetValues<Operation>()
               let own = rows.Where(row => row.Operation == operation).ToArray()
               where own.Length > 0
               select (TitleOf(operation), TableOf(own, duration)),
        ];
        foreach ((string title, TextTable table) in tables)
        {
            Console.WriteLine(title);
            table.WriteToConsole();
        }

        Directory.CreateDirectory(folder);
        File.WriteAllLines(
            Path.Combine(folder, "server.md"),
            [
                "# Servers over HTTP", "", .. header.Select(static line => $"- {line}"),
                .. tables.SelectMany(static part => (string[])["", part.Title, "", .. part.Table.ToMarkdown()]),
            ]);
        Console.WriteLine($"Written to {folder}: server.md");
    }

    private static string TitleOf(Operation operation) => operation switch
    {
        Operation.Put => $"Puts of {Content.ValueBytes} B, durable on a majority.",
        Operation.LocalGet => "Gets from the leader's state, which may be stale.",
        Operation.LinearizableGet => "Linearizable gets on the leader.",
        _ => "Linearizable gets on a follower.",
    };

    private static TextTable TableOf(ServerRow[] rows, TimeSpan duration)
    {
        TextTable table = new(
            1, "server", "clients", "requests/s", "p50 us", "p99 us", "CPU us per request: leader", "other nodes", "clients",
            "cores used: leader", "other nodes", "times etcd");
        foreach (ServerRow row in rows.OrderBy(static row => row.Clients))
        {
            double requests = row.Load.CommitsPerSecond * duration.TotalSeconds;
            double leader = row.Cpu[0].TotalMicroseconds;
            double others = row.Cpu.Skip(1).Sum(static cpu => cpu.TotalMicroseconds);
            ServerRow? etcd = rows.FirstOrDefault(other => other.Server == "etcd" && other.Clients == row.Clients);
            table.Add(
                row.Server,
                Figures.Whole(row.Clients),
                Figures.Whole(row.Load.CommitsPerSecond),
                Figures.Whole(row.Load.P50Microseconds),
                Figures.Whole(row.Load.P99Microseconds),
                Figures.Number(leader / requests),
                row.Cpu.Count > 1 ? Figures.Number(others / requests) : "",
                Figures.Number(row.Load.CpuMicrosecondsPerCommit),
                Figures.Number(leader / duration.TotalMicroseconds),
                row.Cpu.Count > 1 ? Figures.Number(others / duration.TotalMicroseconds) : "",
                etcd is null || etcd == row ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"{row.Load.CommitsPerSecond / etcd.Load.CommitsPerSecond:0.0}"));
        }

        return table;
    }
}
