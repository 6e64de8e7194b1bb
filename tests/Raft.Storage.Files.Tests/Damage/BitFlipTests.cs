namespace Raft.Storage.Files.Tests.Damage;

/// <summary>
/// A flipped bit. What a later group proves to have been synced is there, or the log is refused. Only the last group, which nothing
/// proves, may be missing.
/// </summary>
public sealed class BitFlipTests
{
    private const int FirstIndex = 2; // of a small log

    [Theory]
    [MemberData(nameof(SmallLogs.Names), MemberType = typeof(SmallLogs))]
    public void Opening_AnyBitOfALogIsFlipped_GivesWhatWasPromisedOrIsRefused(string name)
    {
        RecordedLog log = SmallLogs.Create(name);
        FolderImage image = log.Image;
        int refused = 0;
        foreach (string path in log.Segments)
        {
            foreach (long bit in Bits(log, path))
            {
                refused += Promise.Check(log, image.WithFlippedBit(path, bit), $"bit {bit} of {path}") ? 0 : 1;
            }
        }

        Assert.NotEqual(0, refused);
    }

    [Fact]
    public void Reading_AnyBitOfAnOpenLogIsFlipped_FailsOrReturnsWhatWasWritten()
    {
        RecordedLog log = SmallLogs.Create(SmallLogs.Open);
        LogEntry[] written = log.Read(FirstIndex).ToArray();
        int refused = 0;
        foreach (string path in log.Segments)
        {
            foreach (long bit in Bits(log, path))
            {
                log.Files.FlipBit(path, bit);
                for (int skipped = 0; skipped < written.Length; skipped += 6)
                {
                    refused += ReadsAsWritten(log, written, skipped, written.Length - skipped) ? 0 : 1;
                    refused += ReadsAsWritten(log, written, skipped, count: 1) ? 0 : 1;
                }

                log.Files.FlipBit(path, bit);
            }
        }

        Assert.NotEqual(0, refused);
    }

    private static bool ReadsAsWritten(RecordedLog log, LogEntry[] written, int skipped, int count)
    {
        try
        {
            ReadOnlySpan<LogEntry> read = log.Read(FirstIndex + skipped, count).Span;
            Assert.Equal(count, read.Length);
            for (int i = 0; i < read.Length; i++)
            {
                LogEntry expected = written[skipped + i];
                Assert.Equal(expected with { Data = default }, read[i] with { Data = default });
                Assert.True(expected.Data.Span.SequenceEqual(read[i].Data.Span));
            }

            return true;
        }
        catch (StorageCorruptedException exception)
        {
            Promise.CheckMessage(exception);
            return false;
        }
    }

    /// <summary>Every bit of the header and the groups, and some of what fills their sectors and of the zeros at the end.</summary>
    private static IEnumerable<long> Bits(RecordedLog log, string path)
    {
        const int HeaderText = 100;
        const int Step = 61;
        RecordedGroup[] groups = [.. log.Groups.Where(group => group.Path == path)];
        int headerSize = SegmentHeader.SizeFor(RecordedLog.ClusterId, RecordedLog.NodeId);
        int used = (int)Layout.Padded(groups.Max(static group => group.End)) + Layout.Sector;
        used = Math.Min(used, log.Files.ReadAllBytes(path).Length);
        for (int bit = 0; bit < used * 8; bit++)
        {
            int at = bit / 8;
            bool isHeader = at < HeaderText || (at >= headerSize - sizeof(ulong) && at < headerSize);
            bool isGroup = at >= headerSize && groups.Any(group => at >= group.Start && at < group.End);
            if (isHeader || isGroup || bit % Step == 0)
            {
                yield return bit;
            }
        }
    }
}
