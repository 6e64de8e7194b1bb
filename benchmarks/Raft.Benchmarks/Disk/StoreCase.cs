using System.Globalization;
using Raft.Benchmarks.Reports;
using Raft.Storage.Files;

namespace Raft.Benchmarks.Disk;

/// <summary>What one write contains.</summary>
/// <param name="Entries">How many entries.</param>
/// <param name="PayloadBytes">The payload of each.</param>
/// <param name="IsCompacted">Whether the log is compacted from time to time, so that its segments are used again.</param>
internal sealed record StoreCase(int Entries, int PayloadBytes, bool IsCompacted = true)
{
    /// <summary>The payload of all entries.</summary>
    public int Bytes => Entries * PayloadBytes;

    /// <summary>What the log takes for it, with heads and padding.</summary>
    public long StoredBytes => Layout.Padded(
        GroupHead.Size + (2 * sizeof(long)) + (Entries * (long)(EntryFields.Measure(PayloadBytes) + PayloadBytes)));

    /// <summary>Creates the entries, each with an array of its own.</summary>
    public LogEntry[] CreateEntries()
    {
        LogEntry[] entries = new LogEntry[Entries];
        for (int i = 0; i < entries.Length; i++)
        {
            byte[] payload = new byte[PayloadBytes];
            Random.Shared.NextBytes(payload);
            entries[i] = new LogEntry(1, EntryKind.Command, payload, DateTimeOffset.UnixEpoch);
        }

        return entries;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Entries:N0} x {Figures.Bytes(PayloadBytes)}{(IsCompacted ? "" : ", new segments")}");
}

/// <summary>What one loop has written.</summary>
/// <param name="Groups">Groups, each with a sync.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="AllocatedBytes">What the process has allocated meanwhile.</param>
internal readonly record struct GroupsWritten(long Groups, TimeSpan Elapsed, long AllocatedBytes = 0)
{
    public double PerSecond => Groups / Elapsed.TotalSeconds;
}
