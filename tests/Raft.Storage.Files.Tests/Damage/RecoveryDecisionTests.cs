namespace Raft.Storage.Files.Tests.Damage;

/// <summary>What is not valid is a torn write, which is cut off, or damage, which is refused.</summary>
public sealed class RecoveryDecisionTests
{
    private readonly RecordedLog _log = new();

    [Fact]
    public void Crash_KeepsTheFirstGroupOfASegmentAndNotItsHeader_LosesOnlyThatGroup()
    {
        _log.Open();
        _log.Append(new HardState(1, "n1"), RecordedLog.Entry(1, "a"));
        FillSegment();
        _log.Append(null, RecordedLog.Entry(1, "in the next segment"));
        FolderImage image = _log.Image;
        image[RecordedLog.PathOf(2)] = [.. new byte[Layout.Sector], .. image[RecordedLog.PathOf(2)][Layout.Sector..]];

        Assert.Equal(_log.States[^2], _log.Reopen(image));
    }

    [Fact]
    public void Crash_KeepsTheHeaderOfASegmentAndNotItsFirstGroup_LosesOnlyThatGroup()
    {
        _log.Open();
        FillSegment();
        _log.Append(null, RecordedLog.Entry(1, "in the next segment"));
        FolderImage image = _log.Image;
        byte[] bytes = [.. image[RecordedLog.PathOf(2)]];
        bytes.AsSpan(Layout.Sector).Clear();
        image[RecordedLog.PathOf(2)] = bytes;

        Assert.Equal(_log.States[^2], _log.Reopen(image));
    }

    [Fact]
    public void TornWrite_AtTheEndOfTheLastSegment_IsCutOff()
    {
        _log.Open();
        _log.Append(null, RecordedLog.Entry(1, "first"));
        _log.Append(null, RecordedLog.Entry(1, new string('x', 900)));
        FolderImage image = _log.Image;
        byte[] bytes = [.. image[RecordedLog.PathOf(1)]];
        bytes.AsSpan(_log.Groups[^1].Start + Layout.Sector, Layout.Sector).Clear(); // the middle sector of the three
        image[RecordedLog.PathOf(1)] = bytes;

        Assert.Equal(_log.States[^2], _log.Reopen(image));
    }

    [Fact]
    public void Damage_ToTheOnlySegmentThatRestates_IsRefused()
    {
        _log.Open();
        _log.Append(new HardState(5, "n1"), RecordedLog.Entry(5, "a"), RecordedLog.Entry(5, "b"));
        FillSegment();
        _log.Compact(_log.LastIndex); // in a new segment, with which the first one is no longer needed
        Assert.Equal([RecordedLog.PathOf(2)], _log.Segments);

        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(2), 8 * (Layout.Sector + 60)), RecordedLog.PathOf(2));
        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(2), 0), RecordedLog.PathOf(2));
    }

    [Fact]
    public void Damage_ToAGroupThatALaterOneFollows_IsRefused()
    {
        _log.Open();
        _log.Append(null, RecordedLog.Entry(1, "a"));
        _log.Append(null, RecordedLog.Entry(1, "b"));

        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(1), 8 * (_log.Groups[1].Start + 60)), $"offset {_log.Groups[1].Start}:");
    }

    [Fact]
    public void Damage_ToTheFirstGroupThatALaterOneFollows_IsRefused()
    {
        _log.Open();
        _log.Append(null, RecordedLog.Entry(1, "a"));

        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(1), 8 * (Layout.Sector + 60)), "offset 0:");
        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(1), 8 * 20), "offset 0:");
    }

    [Fact]
    public void Damage_ToTheProvenPartOfAnEarlierSegment_IsRefused()
    {
        _log.Open();
        _log.Append(null, RecordedLog.Entry(1, "a"));
        FillSegment();
        _log.Append(null, RecordedLog.Entry(1, "in the next segment"));

        // Its last group, which nothing in its own segment proves.
        RecordedGroup last = _log.Groups.Last(static group => group.Path == RecordedLog.PathOf(1));
        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(1), 8 * (last.Start + 60)), $"offset {last.Start}:");
    }

    [Fact]
    public void Segment_MissingBetweenOthers_IsRefused()
    {
        _log.Open();
        _log.Append(null, RecordedLog.Entry(1, "a"));
        FillSegment();
        FillSegment();
        _log.Append(null, RecordedLog.Entry(1, "in the third segment"));
        FolderImage image = _log.Image;
        image.Delete(RecordedLog.PathOf(2));

        RequireRefusal(image, "Segments are missing");
    }

    [Fact]
    public void Segment_OfAnotherStore_IsRefused()
    {
        RecordedLog other = new(storeId: RecordedLog.SecondStore);
        foreach (RecordedLog log in new[] { _log, other })
        {
            log.Open();
            log.Append(null, RecordedLog.Entry(1, "a"));
            log.Append(null, RecordedLog.Entry(1, "a"));
            log.Kill();
            log.Open();
            log.Append(null, RecordedLog.Entry(1, log == other ? "x" : "b"));
        }

        FolderImage image = _log.Image;
        image[RecordedLog.PathOf(2)] = other.Image[RecordedLog.PathOf(2)];
        RequireRefusal(image, "another store");
    }

    [Fact]
    public void Groups_OfAnotherStoreAfterTheHeader_AreRefused()
    {
        RecordedLog other = new(storeId: RecordedLog.SecondStore);
        foreach (RecordedLog log in new[] { _log, other })
        {
            log.Open();
            log.Append(null, RecordedLog.Entry(1, log == other ? "x" : "a"));
        }

        RequireRefusal(Splice(other, Layout.Sector), "offset 0:");
    }

    [Fact]
    public void Group_ThatDoesNotFollowTheOneBefore_IsRefused()
    {
        RecordedLog other = new();
        foreach (RecordedLog log in new[] { _log, other })
        {
            log.Open();
            log.Append(null, RecordedLog.Entry(1, log == other ? "x" : "a"));
            log.Append(null, RecordedLog.Entry(1, "b"));
        }

        RequireRefusal(Splice(other, _log.Groups[^1].Start), "does not follow");
    }

    [Fact]
    public void Folder_OfANewerVersion_IsRefused()
    {
        _log.Open();

        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(1), (8 * 8) + 1), "has format version 3");
    }

    [Fact]
    public void Damage_ToTheStoreId_IsRefused()
    {
        _log.Open();
        _log.Append(null, RecordedLog.Entry(1, "a"));

        RequireRefusal(_log.Image.WithFlippedBit(RecordedLog.PathOf(1), 8 * 40), "offset 0:");
    }

    [Fact]
    public void Segment_ThatIsTheOnlyOneLeft_HasTheVote()
    {
        _log.Open();
        _log.Append(new HardState(5, "n1"), RecordedLog.Entry(5, "a"));
        FillSegment();
        _log.Compact(_log.LastIndex);
        Assert.Equal([RecordedLog.PathOf(2)], _log.Segments);

        Assert.Equal(_log.States[^1], _log.Reopen(_log.Image));
    }

    [Fact]
    public void RecycledFile_WithGroupsOfItsFormerSegment_EndsAfterItsOwn()
    {
        _log.Open();
        FillSegment();
        _log.Compact(_log.LastIndex); // gives up the first segment
        FillSegment();
        _log.Append(null, RecordedLog.Entry(9, "in the file of the first segment"));
        _log.Append(null, RecordedLog.Entry(9, "second in it"));
        byte[] bytes = _log.Image[_log.Groups[^1].Path];
        Assert.True(bytes.AsSpan((int)Layout.Padded(_log.Groups[^1].End) + Layout.Sector).ContainsAnyExcept((byte)0), "It was not recycled.");

        Assert.Equal(_log.States[^1], _log.Reopen(_log.Image));
    }

    [Fact]
    public void TornWrite_OfAnEntryThatContainsAGroup_IsCutOff()
    {
        _log.Open();
        _log.Append(null, RecordedLog.Entry(1, "first"));
        byte[] group = _log.Groups[^1].Bytes;
        byte[] payload = new byte[4 * Layout.Sector];
        int before = GroupHead.Size + (2 * sizeof(long)) + EntryFields.Measure(payload.Length);
        int firstSector = Layout.Sector - before; // from here on, the payload is in whole sectors
        group.CopyTo(payload.AsSpan(firstSector + Layout.Sector));
        _log.Append(null, new LogEntry(1, EntryKind.Command, payload, DateTimeOffset.UnixEpoch));
        FolderImage image = _log.Image;
        byte[] bytes = [.. image[RecordedLog.PathOf(1)]];
        bytes.AsSpan(_log.Groups[^1].Start, Layout.Sector).Clear();
        image[RecordedLog.PathOf(1)] = bytes;

        Assert.Equal(_log.States[^2], _log.Reopen(image));
    }

    /// <summary>The beginning of the first segment from this log, and the rest from another.</summary>
    private FolderImage Splice(RecordedLog other, int at)
    {
        FolderImage image = _log.Image;
        string path = RecordedLog.PathOf(1);
        image[path] = [.. image[path][..at], .. other.Image[path][at..]];
        return image;
    }

    /// <summary>Writes groups until the segment has no room for another.</summary>
    private void FillSegment()
    {
        do
        {
            _log.Append(null, RecordedLog.Entry(9, "filling"));
        }
        while (_log.Groups[^1].End <= RecordedLog.SmallSegment - Layout.Sector);
    }

    private void RequireRefusal(FolderImage image, string message)
    {
        StorageCorruptedException exception = Assert.Throws<StorageCorruptedException>(() => _log.Reopen(image));
        Promise.CheckMessage(exception);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}
