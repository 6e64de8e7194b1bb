namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotHeaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    private static readonly ClusterIdentity Identity = new(new UInt128(0x0F0E0D0C_0B0A0908, 0x07060504_03020100), Generation: 3);

    private static readonly ClusterConfiguration One = new ClusterConfiguration(["n1"]).At(1);

    private static SnapshotHeader Sample() => Header(
        [
            new RaftMember { Id = "n1", StoreId = new Guid("00010203-0405-0607-0809-0a0b0c0d0eff") },
            new RaftMember { Id = "узел", Address = "host:1", Tags = { ["zone"] = "b", ["http"] = "https://n2", ["Zone"] = "" } },
            new RaftMember { Id = "n3", Address = "" },
        ]) with
    {
        Sessions = new byte[] { 7, 8 },
    };

    private static SnapshotHeader Header(RaftMember[] voters) => new("c", Identity, Noon, new ClusterConfiguration(voters).At(5), default);

    private static void AssertSame(SnapshotHeader expected, SnapshotHeader actual)
    {
        Assert.Equal(expected.ClusterId, actual.ClusterId);
        Assert.Equal(expected.LastIncludedTime, actual.LastIncludedTime);
        Assert.Equal(expected.Sessions.ToArray(), actual.Sessions.ToArray());
        Assert.Equal((expected.Identity, expected.Configuration), (actual.Identity, actual.Configuration));
    }

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

        SnapshotHeader earliest = new("c", Identity, DateTimeOffset.MinValue, One, default);
        AssertSame(earliest, SnapshotHeader.Read(earliest.Write()));
        SnapshotHeader latest = new("c", Identity, DateTimeOffset.MaxValue, One, default);
        AssertSame(latest, SnapshotHeader.Read(latest.Write()));
    }

    [Fact]
    public void Write_Bytes_AreAsDocumented()
    {
        ClusterConfiguration configuration = new(
            ["n1", new RaftMember("n2", "a:1") { Tags = { ["k"] = "v" } }],
            outgoingVoters: ["n1"],
            learners: [new RaftMember("n3") { StoreId = new Guid("03020100-0504-0706-0809-0a0b0c0d0e0f") }]);
        SnapshotHeader header = new("c", Identity, DateTimeOffset.UnixEpoch, configuration.At(5), default);
        Assert.Equal(
            "03" + "010063" + "000102030405060708090a0b0c0d0e0f" + "03000000" + "0080b5f7f57f9f08" + "0500000000000000" + "3e000000"
            + "01" + "03000000"
            + "02006e31" + "03" + "00" + "00000000"
            + "02006e32" + "01" + "01" + "0300613a31" + "01000000" + "01006b" + "010076"
            + "02006e33" + "04" + "02" + "000102030405060708090a0b0c0d0e0f" + "00000000"
            + "00000000",
            Convert.ToHexStringLower(header.Write()));
    }

    [Fact]
    public void Write_TagsInAnyOrder_GivesTheSameBytes()
    {
        RaftMember one = new("n1") { Tags = { ["a"] = "1", ["b"] = "2" } };
        RaftMember other = new("n1") { Tags = { ["b"] = "2", ["a"] = "1" } };
        Assert.Equal(Header([one]).Write(), Header([other]).Write());
    }

    [Fact]
    public void Write_TimeWithAnOffset_KeepsTheInstant()
    {
        SnapshotHeader header = new("c", Identity, new DateTimeOffset(2026, 2, 3, 21, 0, 0, TimeSpan.FromHours(9)), One, default);
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
    [InlineData(0, 4, "version 4, and this node reads version 3")]
    [InlineData(23, 255, "generation of the cluster is -")]
    [InlineData(31, 255, "the time is -")]
    [InlineData(31, 127, "beyond the year 9999")]
    [InlineData(39, 255, "index of the configuration is -")]
    [InlineData(43, 255, "length of the configuration is")] // 4 GiB of it
    [InlineData(44, 2, "its configuration cannot be read: its format is version 2, and this node reads version 1")]
    [InlineData(48, 255, "number of members is")] // 4 GiB of members
    [InlineData(53, 0, "has the roles 0")]
    [InlineData(53, 5, "has the roles 5")]
    [InlineData(54, 4, "flags of a member are 4")]
    [InlineData(51, (byte)' ', "id of a member is blank")]
    public void Read_OneWrongByte_SaysWhatIsWrong(int offset, byte value, string problem)
    {
        byte[] bytes = Header([" n"]).Write();
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
