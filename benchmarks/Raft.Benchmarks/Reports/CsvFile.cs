using System.Globalization;

namespace Raft.Benchmarks.Reports;

/// <summary>Writes numbers for a spreadsheet or a script: full precision, a point as decimal sign, no quoting needed.</summary>
internal static class CsvFile
{
    public static void Write(string path, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object>> rows)
    {
        using StreamWriter writer = new(path);
        writer.WriteLine(string.Join(',', columns));
        foreach (IReadOnlyList<object> row in rows)
        {
            writer.WriteLine(string.Join(',', row.Select(static cell => string.Create(CultureInfo.InvariantCulture, $"{cell}"))));
        }
    }
}
