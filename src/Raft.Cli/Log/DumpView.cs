using System.Globalization;
using System.Text;
using System.Text.Json;
using Raft.Storage.Files;

namespace Raft.Cli.Log;

/// <summary>How the payloads of entries are printed.</summary>
internal enum DumpFormat
{
    Text,
    Hex,
    Json,
}

/// <summary>Prints the entries of a log, one per line.</summary>
internal sealed class DumpView(long from, long to, DumpFormat format)
{
    private const int ReadEntries = 1_024;
    private const int ReadBytes = 1 << 20;

    private readonly List<LogEntry> _entries = [];

    /// <summary>Prints the entries that can be read.</summary>
    public void Write(FolderReport report, TextWriter output, TextWriter error)
    {
        LogExamination log = report.Log;
        long index = Math.Max(from, log.Content.StartIndex + 1);
        long last = Math.Min(to, log.Content.LastIndex);
        while (index <= last)
        {
            // Damaged entries are left out. The error output names them.
            index = log.Index.TryFind(index, out LogIndex.Extent extent) ? Write(in extent, index, last, output) : index + 1;
        }

        report.Problems.ForEach(error.WriteLine);
    }

    /// <summary>Prints entries of an extent, and returns the index after them.</summary>
    private long Write(in LogIndex.Extent extent, long index, long last, TextWriter output)
    {
        ReadLimit limit = new((int)Math.Min(ReadEntries, last - index + 1), ReadBytes);
        _entries.Clear();
        LogReader.Read(in extent, index, ref limit, _entries);
        foreach (LogEntry entry in _entries)
        {
            output.WriteLine(format == DumpFormat.Json ? ToJson(index, in entry) : ToLine(index, in entry));
            index++;
        }

        return index;
    }

    private string ToLine(long index, in LogEntry entry)
    {
        string payload = format == DumpFormat.Hex ? Convert.ToHexStringLower(entry.Data.Span) : PayloadText.Escape(entry.Data.Span);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{index}\t{entry.Term}\t{entry.Kind}\t{entry.Time.UtcDateTime:O}\t{entry.Data.Length}\t{payload}");
    }

    private static string ToJson(long index, in LogEntry entry)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("index", index);
            writer.WriteNumber("term", entry.Term);
            writer.WriteString("kind", entry.Kind.ToString());
            writer.WriteString("time", entry.Time.UtcDateTime);
            writer.WriteBase64String("data", entry.Data.Span);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
