namespace Raft.Storage.Files.Tests.Damage;

/// <summary>A file that ends too early. Each segment is allocated and synced before it is used, so no crash leaves it shorter.</summary>
public sealed class TruncationTests
{
    [Theory]
    [MemberData(nameof(SmallLogs.Names), MemberType = typeof(SmallLogs))]
    public void Opening_LastSegmentIsCutAtAnyByte_GivesWhatWasPromisedOrIsRefused(string name)
    {
        RecordedLog log = SmallLogs.Create(name);
        FolderImage whole = log.Image;
        string path = log.Segments.Last();
        byte[] bytes = whole[path];
        for (int length = 1; length < bytes.Length; length++)
        {
            FolderImage image = whole.Copy();
            image[path] = bytes[..length];
            bool isOpened = Promise.Check(log, image, log.Groups.Count - 1, $"byte {length} and later ones of {path}");
            Assert.False(isOpened, $"A segment of {bytes.Length} bytes was cut to {length}, and the log was opened.");
        }
    }

    [Fact]
    public void Opening_EarlierSegmentIsCutAtAnyByte_IsRefusedUnlessAllGroupsAreThere()
    {
        RecordedLog log = SmallLogs.Create(SmallLogs.Closed);
        FolderImage whole = log.Image;
        string path = log.Segments.First();
        int end = (int)Layout.Padded(log.Groups.Last(group => group.Path == path).End);
        for (int length = 0; length < end; length++)
        {
            FolderImage image = whole.Copy();
            image[path] = whole[path][..length];
            bool isWhole = length >= log.Groups.Last(group => group.Path == path).End;
            Assert.Equal(isWhole, Promise.Check(log, image, log.Groups.Count, $"byte {length} and later ones of {path}"));
        }
    }

    [Theory]
    [InlineData(SmallLogs.Closed)]
    [InlineData(SmallLogs.Killed)]
    [InlineData(SmallLogs.New)]
    public void Opening_WriteEndsAtAnyByte_GivesWhatWasAcknowledged(string name)
    {
        RecordedLog log = SmallLogs.Create(name);
        FolderImage whole = log.Image;
        RecordedGroup last = log.Groups[^1];
        byte[] bytes = whole[last.Path];
        for (int written = last.Start; written < last.End; written++)
        {
            byte[] torn = [.. bytes];
            torn.AsSpan(written).Clear();
            FolderImage image = whole.Copy();
            image[last.Path] = torn;
            bool isOpened = Promise.Check(log, image, log.Groups.Count - 1, $"byte {written} and later ones of the last group, which were not written");
            Assert.True(isOpened, $"A write that ends at byte {written} was refused.");
        }
    }
}
