namespace Raft.Storage.Files.Tests.Log;

public sealed class EntryFieldsTests
{
    private static readonly DateTimeOffset Time = new(2024, 2, 29, 12, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 2)]
    [InlineData(255, 2)]
    [InlineData(256, 3)]
    [InlineData(65_535, 3)]
    [InlineData(65_536, 5)]
    public void Entry_ThatRepeatsTermAndTime_TakesFewBytes(int payload, int overhead)
    {
        LogEntry entry = new(7, EntryKind.Session, new byte[payload], Time);
        byte[] bytes = new byte[2 * (EntryFields.LargestOverhead + payload)];

        EntryWriter writer = new(bytes, 0);
        writer.Write([entry]);
        int first = writer.Position;
        writer.Write([entry]);

        Assert.Equal(overhead + 16 + payload, first);
        Assert.Equal(overhead + payload, writer.Position - first);
        Assert.Equal(overhead, EntryFields.Measure(payload));
    }

    [Fact]
    public void Entries_OfAllKindsTermsTimesAndLengths_AreReadAsWritten()
    {
        LogEntry[] entries =
        [
            .. from kind in Enum.GetValues<EntryKind>()
               from term in (long[])[0, 0, 1, long.MaxValue]
               from ticks in (int[])[0, 1, 1]
               from length in (int[])[0, 1, 255, 256, 65_535, 65_536]
               select new LogEntry(term, kind, Payload(length), Time.AddTicks(ticks)),
        ];
        byte[] bytes = new byte[entries.Sum(static entry => EntryFields.LargestOverhead + entry.Data.Length)];
        EntryWriter writer = new(bytes, 0);
        writer.Write(entries);

        EntryReader reader = new(bytes.AsSpan(0, writer.Position), 0);
        foreach (LogEntry entry in entries)
        {
            reader.MoveNext();
            LogEntry read = reader.Read(bytes);
            Assert.Equal((entry.Term, entry.Kind, entry.Time), (read.Term, read.Kind, read.Time));
            Assert.True(entry.Data.Span.SequenceEqual(read.Data.Span));
        }
    }

    private static byte[] Payload(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
