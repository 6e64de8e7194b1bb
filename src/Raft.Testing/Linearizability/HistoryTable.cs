using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>Operations of a history as a table for people, a row each.</summary>
internal sealed class HistoryTable
{
    private const int WidestCell = 60;
    private static readonly string[] Headings =
        ["client", "operation", "index", "began", "ended", "was answered", "should have been answered"];

    private readonly List<string[]> _rows = [];

    public static string Rejected(string? reason) => $"rejected: {reason}";

    /// <summary>Adds a row.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="index">Where the log has it, if that is known.</param>
    /// <param name="expected">What it should have been answered, if that is known.</param>
    public void Add<TInput, TOutput>(Operation<TInput, TOutput> operation, long? index = null, string? expected = null) => _rows.Add(
    [
        operation.Client,
        $"{operation.Input}",
        string.Create(CultureInfo.InvariantCulture, $"{index}"),
        string.Create(CultureInfo.InvariantCulture, $"{operation.BeganAt}"),
        operation.IsAnswered ? string.Create(CultureInfo.InvariantCulture, $"{operation.EndedAt}") : "never",
        operation.Outcome switch
        {
            OperationOutcome.Completed => $"{operation.Output}",
            OperationOutcome.Rejected => Rejected(operation.Rejection),
            _ => "unknown",
        },
        expected ?? string.Empty,
    ]);

    /// <summary>The table. Columns in which no row has anything are left out.</summary>
    public override string ToString()
    {
        int[] columns = [.. Enumerable.Range(0, Headings.Length).Where(column => _rows.Exists(row => row[column].Length > 0))];
        StringBuilder text = new();
        foreach (string[] row in _rows.Prepend(Headings))
        {
            string line = "  ";
            foreach (int column in columns)
            {
                int width = Math.Max(Headings[column].Length, _rows.Max(other => Shorten(other[column]).Length));
                line += Shorten(row[column]).PadRight(width + 2);
            }

            text.Append(text.Length == 0 ? string.Empty : Environment.NewLine).Append(line.TrimEnd());
        }

        return text.ToString();
    }

    private static string Shorten(string cell)
    {
        string line = cell.ReplaceLineEndings(" ");
        return line.Length <= WidestCell ? line : line[..(WidestCell - 3)] + "...";
    }
}
