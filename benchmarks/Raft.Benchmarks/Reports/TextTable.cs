using Spectre.Console;

namespace Raft.Benchmarks.Reports;

/// <summary>A table that goes to the console and into a markdown file. The first columns are text, the others numbers.</summary>
internal sealed class TextTable(int textColumns, params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void WriteToConsole()
    {
        Table table = new Table().Border(TableBorder.Rounded);
        for (int i = 0; i < columns.Length; i++)
        {
            TableColumn column = new(Markup.Escape(columns[i]));
            table.AddColumn(i < textColumns ? column : column.RightAligned());
        }

        foreach (string[] row in _rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 200; // nothing is known of the width, and a table that is folded is hard to read
        }

        AnsiConsole.Write(table);
    }

    public IEnumerable<string> ToMarkdown()
    {
        yield return $"| {string.Join(" | ", columns)} |";
        yield return $"|{string.Concat(columns.Select((_, i) => i < textColumns ? " --- |" : " ---: |"))}";
        foreach (string[] row in _rows)
        {
            yield return $"| {string.Join(" | ", row)} |";
        }
    }
}
