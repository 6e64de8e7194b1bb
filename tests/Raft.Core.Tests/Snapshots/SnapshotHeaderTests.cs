namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotHeaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    private static SnapshotHeader Sample() => new(
        "c",
        Noon,
        [
            new RaftMember { Id = "n1" },
            new RaftMember { Id = "узел", Address = "host:1", Tags = { ["zone"] = "b", ["http"] = "https://n2", ["Zone"] = "" } },
            new RaftMember { Id = "n3", Address = "" },
        ],
        new byte[] { 7, 8 });

    private static void AssertSame(SnapshotHeader expected, SnapshotHeader actual)
    {
        Assert.Equal(expected.ClusterId, actual.ClusterId);
        Assert.Equal(expected.LastIncludedTime, actual.LastIncludedTime);
        Assert.Equal(expected.Sessions.ToArray(), actual.Sessions.ToArray());
        Assert.Equal(
            expected.Members.Select(static member => (member.Id, member.Address)),
            actual.Members.Select(static member => (member.Id, member.Address)));
        Assert.Equal(expected.Members.Select(Tags), actual.Members.Select(Tags));
    }

    private static string Tags(RaftMember member) =>
        string.Join(
            ", ",
            member.Tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}"));

    /// <summary>Whatever is read has exactly one form; what is not is refused with this one exception.</summary>
    private static bool IsReadInOneForm(byte[] bytes)
    {
        SnapshotHeader header;
        try
        {
            header = SnapshotHeader.Read(bytes);
        }
        catch (StorageCorruptedException)
        {
            return false;
        }

        Assert.Equal(bytes, header.Write());
        return true;
    }

    [Fact]
    public void Read_WhatWasWritten_GivesTheSame()
    {
        AssertSame(Sample(), SnapshotHeader.Read(Sample().Write()));

        SnapshotHeader empty = new("c", DateTimeOffset.MinValue, [], default);
        AssertSame(empty, SnapshotHeader.Read(empty.Write()));
        SnapshotHeader latest = new("c", DateTimeOffset.MaxValue, ["n1"], default);
        AssertSame(latest, SnapshotHeader.Read(latest.Write()));
    }

    [Fact]
    public void Write_Bytes_AreAsDocumented()
    {
        SnapshotHeader header = new("c", DateTimeOffset.UnixEpoch, ["n1", new RaftMember("n2", "a:1") { Tags = { ["k"] = "v" } }], default);
        Assert.Equal(
            "02" + "010063" + "0080b5f7f57f9f08" + "02000000"
            + "02006e31" + "00" + "0000" + "00000000"
            + "02006e32" + "01" + "0300613a31" + "01000000" + "01006b" + "010076"
            + "00000000",
            Convert.ToHexStringLower(header.Write()));
    }

    [Fact]
    public void Write_TagsInAnyOrder_GivesTheSameBytes()
    {
        RaftMember one = new("n1") { Tags = { ["a"] = "1", ["b"] = "2" } };
        RaftMember other = new("n1") { Tags = { ["b"] = "2", ["a"] = "1" } };
        Assert.Equal(new SnapshotHeader("c", Noon, [one], default).Write(), new SnapshotHeader("c", Noon, [other], default).Write());
    }

    [Fact]
    public void Write_TimeWithAnOffset_KeepsTheInstant()
    {
        SnapshotHeader header = new("c", new DateTimeOffset(2026, 2, 3, 21, 0, 0, TimeSpan.FromHours(9)), ["n1"], default);
        Assert.Equal(Noon, SnapshotHeader.Read(header.Write()).LastIncludedTime);
    }

    [Fact]
    public void Read_EveryTruncation_IsRefused()
    {
        byte[] bytes = Sample().Write();
        for (int length = 0; length < bytes.Length; length++)
        {
            StorageCorruptedException refused = Assert.Throws<StorageCorruptedException>(
                () => SnapshotHeader.Read(bytes.AsMemory(0, length)));
            Assert.Contains("The header of a snapshot cannot be read", refused.Message, StringComparison.Ordinal);
        }

        Assert.Throws<StorageCorruptedException>(() => SnapshotHeader.Read((byte[])[.. bytes, 0]));
    }

    [Fact]
    public void Read_AnyOtherByteAnywhere_GivesAHeaderOfOneFormOrIsRefused()
    {
        byte[] bytes = Sample().Write();
        int refused = 0;
        for (int offset = 0; offset < bytes.Length; offset++)
        {
            for (int change = 1; change < 256; change++)
            {
                byte[] changed = [.. bytes];
                changed[offset] ^= (byte)change;
                refused += IsReadInOneForm(changed) ? 0 : 1;
            }
        }

        Assert.InRange(refused, bytes.Length, 254 * bytes.Length);
    }

    [Theory]
    [InlineData(0, 3, "version 3, and this node reads version 2")]
    [InlineData(11, 255, "the time is -")]
    [InlineData(11, 127, "beyond the year 9999")]
    [InlineData(15, 255, "number of members is")] // 4 GiB of members
    [InlineData(20, 2, "contradicts its mark")]
    [InlineData(18, (byte)' ', "id of a member is blank")]
    public void Read_OneWrongByte_SaysWhatIsWrong(int offset, byte value, string problem)
    {
        byte[] bytes = new SnapshotHeader("c", Noon, [" n"], default).Write();
        bytes[offset] = value;
        if (value == ' ')
        {
            bytes[offset + 1] = value;
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        StorageCorruptedException refused = Assert.Throws<StorageCorruptedException>(() => SnapshotHeader.Read(bytes));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 1 << 20);
    }
}
