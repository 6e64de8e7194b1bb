namespace Raft.Benchmarks.Disk;

/// <summary>Measures the log in files, and what the disk would do without it.</summary>
internal static class DiskCommand
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        DiskPace pace = DiskPace.Of(arguments);
        using DiskFolder folder = new(arguments.Data);
        Console.WriteLine(folder.Describe());
        NodesBenchmark nodes = new(folder, pace, arguments.Proposers);
        IDiskPart[] all =
        [
            new StoreBenchmark(folder, pace), nodes, new FoldersBenchmark(folder, pace), new OpeningBenchmark(folder, arguments.IsQuick),
            new ChecksumsBenchmark(pace),
        ];
        IDiskPart[] parts = [.. all.Where(part => arguments.Includes(part.Name))];
        List<DiskTable> tables = [];
        try
        {
            await Progress.ShowAsync(parts.Sum(static part => part.Steps), async progress =>
            {
                foreach (IDiskPart part in parts)
                {
                    tables.AddRange(await part.RunAsync(progress));
                }
            });
        }
        finally
        {
            Report(tables, [.. Machine.Describe(), folder.Describe(), pace.Describe()], arguments.Output); // also what precedes a failure
        }

        foreach (string difference in nodes.Differences)
        {
            Console.WriteLine($"WRONG: {difference}");
        }

        return nodes.Differences.Count == 0 ? 0 : 1;
    }

    private static void Report(List<DiskTable> tables, IReadOnlyList<string> header, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (DiskTable part in tables)
        {
            Console.WriteLine(part.Title);
            part.Table.WriteToConsole();
        }

        File.WriteAllLines(
            Path.Combine(folder, "disk.md"),
            [
                "# The log in files", "", .. header.Select(static line => $"- {line}"),
                .. tables.SelectMany(static part => (string[])["", part.Title, "", .. part.Table.ToMarkdown()]),
            ]);
        Console.WriteLine($"Written to {folder}: disk.md");
    }
}
