using System.Globalization;
using System.Text;

namespace Raft.Testing;

/// <summary>
/// Entries for the clauses of <see cref="LogStoreContract"/>: each differs from every other, so that none can be taken for another.
/// </summary>
internal static class ContractEntries
{
    /// <summary>Entries of a term, from an index on.</summary>
    public static LogEntry[] Make(long firstIndex, int count, long term, int size = 12) =>
        [.. Enumerable.Range(0, count).Select(i => Make(firstIndex + i, term, size))];

    public static LogEntry Make(long index, long term, int size = 12) =>
        new(term, EntryKind.Command, Payload($"{index} of term {term} ", size), TimeOf(index, term));

    public static LogWrite Write(long firstIndex, int count, long term, HardState? hardState = null) =>
        new(hardState, firstIndex, Make(firstIndex, count, term));

    public static bool AreSame(in LogEntry left, in LogEntry right) =>
        left.Term == right.Term && left.Kind == right.Kind && left.Time.EqualsExact(right.Time)
            && left.Data.Span.SequenceEqual(right.Data.Span);

    public static string Describe(in LogEntry entry)
    {
        string text = entry.Data.Length <= 40 ? Convert.ToHexString(entry.Data.Span) : Convert.ToHexString(entry.Data.Span[..40]) + "...";
        return string.Create(CultureInfo.InvariantCulture, $"term {entry.Term}, {entry.Kind}, {entry.Time:O}, {entry.Data.Length} bytes "
            + $"{text}");
    }

    private static DateTimeOffset TimeOf(long index, long term) => SimulatedClock.Origin.AddTicks((term * 1_000_003) + index);

    /// <summary>
    /// A payload that begins with a text and continues with bytes that depend on their position, so that a piece that is missing or
    /// moved shows.
    /// </summary>
    private static byte[] Payload(string text, int size)
    {
        byte[] start = Encoding.UTF8.GetBytes(text);
        byte[] payload = new byte[Math.Max(size, start.Length)];
        start.CopyTo(payload, 0);
        for (int i = start.Length; i < payload.Length; i++)
        {
            payload[i] = (byte)((i * 31) ^ (i >> 8));
        }

        return payload;
    }
}
