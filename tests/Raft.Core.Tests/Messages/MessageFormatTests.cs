using System.Text;

namespace Raft.Tests.Messages;

/// <summary>
/// The very bytes of docs/wire-format.md. If one of these fails, nodes of different versions no longer understand each other.
/// </summary>
public class MessageFormatTests
{
    private const string Origin = "01 0900000000000000  101112131415161718191a1b1c1d1e1f 00000000";
    private const string RaftN1ToN2 = $"0000000000000000  0400 72616674  0200 6e31  0200 6e32  {Origin}";
    private const string RaftN2ToN1 = $"0000000000000000  0400 72616674  0200 6e32  0200 6e31  {Origin}";

    [Fact]
    public void RequestVote_Bytes_AreAsDocumented() => AssertBytes(
        Samples.Get("request vote"),
        $"52414654 01 01 00  0500000000000000 0600000000000000  {RaftN1ToN2}  0700000000000000 0400000000000000 00000000");

    [Fact]
    public void PreVote_Bytes_AreAsDocumented() => AssertBytes(
        Samples.Get("pre-vote"),
        $"52414654 01 01 01  0500000000000000 0600000000000000  {RaftN1ToN2}  0700000000000000 0400000000000000 00000000");

    [Fact]
    public void RequestVote_OfATransferWithFirstMembers_BytesAreAsDocumented()
    {
        AssertBytes(
            Samples.Get("request vote, transfer"),
            $"52414654 01 01 02  0500000000000000 0600000000000000  {RaftN1ToN2}  0700000000000000 0400000000000000 00000000");
        AssertBytes(
            Samples.Get("request vote, first members"),
            $"""
            52414654 01 01 00  0500000000000000 0600000000000000  {RaftN1ToN2}  0700000000000000 0400000000000000
            02000000 0200 6e31 0800 d183d0b7d0b5d0bb
            """);
    }

    /// <summary>All that a sender can say about itself: time, generation, store and opening, digest.</summary>
    [Fact]
    public void Message_OfADurableStore_BytesAreAsDocumented() => AssertBytes(
        Samples.Get("request vote, from a durable store"),
        """
        52414654 01 01 00  0500000000000000 0600000000000000 00a0cec11b63de08  0400 72616674  0200 6e31  0200 6e32
        03 ffffffffffffffff  101112131415161718191a1b1c1d1e1f 02000000  03020100050407060809 0a0b0c0d0eff 0500000000000000
        0700000000000000 0400000000000000 00000000
        """);

    [Fact]
    public void Reply_OfANodeThatStops_BytesAreAsDocumented() => AssertBytes(
        Samples.Get("append entries reply, stopping"),
        """
        52414654 01 04 01  0700000000000000 0900000000000000 00a0cec11b63de08  0400 72616674  0200 6e32  0200 6e31
        05 0900000000000000  101112131415161718191a1b1c1d1e1f 00000000
        0500000000000000 0800000000000000 0000000000000000 0000000000000000 0600000000000000
        """);

    [Fact]
    public void RequestVoteReply_ThatNamesALeader_BytesAreAsDocumented() => AssertBytes(
        Samples.Get("request vote reply, follows a leader"),
        $"52414654 01 02 04  0500000000000000 0600000000000000  {RaftN2ToN1}  0200 6e33");

    [Fact]
    public void TimeoutNow_Bytes_AreAsDocumented()
    {
        AssertBytes(
            Samples.Get("timeout now"),
            $"52414654 01 07 00  0500000000000000 0600000000000000  {RaftN1ToN2}  0700000000000000 0400000000000000");
        AssertBytes(
            Samples.Get("timeout now reply"), $"52414654 01 08 00  0500000000000000 0600000000000000  {RaftN2ToN1}  03");
    }

    [Fact]
    public void ReadIndex_Bytes_AreAsDocumented()
    {
        AssertBytes(
            Samples.Get("read index request"),
            $"52414654 01 0c 00  0500000000000000 0600000000000000  {RaftN2ToN1}  0201000000000000");
        AssertBytes(
            Samples.Get("read index reply"),
            $"52414654 01 0d 00  0500000000000000 0600000000000000  {RaftN1ToN2}  0201000000000000 0700000000000000");
    }

    [Fact]
    public void IdentityRefusal_Bytes_AreAsDocumented() => AssertBytes(
        Samples.Get("identity refusal"),
        $"52414654 01 09 00  0500000000000000 0600000000000000  {RaftN2ToN1}  02000000 0200 6e32 0200 6e33");

    [Fact]
    public void Setup_Bytes_AreAsDocumented()
    {
        AssertBytes(Samples.Get("setup request"), $"52414654 01 0a 00  0500000000000000 0600000000000000  {RaftN2ToN1}");
        AssertBytes(
            Samples.Get("setup reply"),
            $"52414654 01 0b 03  0500000000000000 0600000000000000  {RaftN2ToN1}  0200 6e33  02000000 "
            + "0700 507265566f7465 0400 74727565  0700 56657273696f6e 0000");
    }

    [Fact]
    public void RequestVoteReply_Bytes_AreAsDocumented() => AssertBytes(
        Samples.Get("request vote reply"),
        $"52414654 01 02 01  0500000000000000 0600000000000000  {RaftN2ToN1}");

    [Fact]
    public void PreVoteReply_Bytes_AreAsDocumented() => AssertBytes(
        Samples.Get("pre-vote reply"),
        $"52414654 01 02 02  0500000000000000 0600000000000000  {RaftN2ToN1}");

    [Fact]
    public void AppendEntries_Bytes_AreAsDocumented() => AssertBytes(
        Samples.Append(
            new LogEntry(3, EntryKind.NoOp, default, DateTimeOffset.UnixEpoch),
            new LogEntry(4, EntryKind.Command, Encoding.UTF8.GetBytes("hello"), DateTimeOffset.UnixEpoch.AddTicks(1))),
        $"""
        52414654 01 03 00  0600000000000000 2a00000000000000  {RaftN1ToN2}
        0a00000000000000 0200000000000000 0900000000000000  02000000
        0300000000000000 0080b5f7f57f9f08 01 00000000
        0400000000000000 0180b5f7f57f9f08 00 05000000 68656c6c6f
        """);

    [Fact]
    public void AppendEntriesReply_Bytes_AreAsDocumented()
    {
        AssertBytes(
            Samples.Get("append entries reply, success"),
            $"""
            52414654 01 04 01  0700000000000000 0900000000000000  {RaftN2ToN1}
            0500000000000000 0800000000000000 0000000000000000 0000000000000000 0000000000000000
            """);
        AssertBytes(
            Samples.Get("append entries reply, rejection"),
            $"""
            52414654 01 04 00  0700000000000000 0900000000000000  {RaftN2ToN1}
            0500000000000000 0400000000000000 0300000000000000 0200000000000000 0000000000000000
            """);
    }

    [Fact]
    public void InstallSnapshot_Bytes_AreAsDocumented()
    {
        AssertBytes(
            Samples.Install(),
            $"""
            52414654 01 05 00  0700000000000000 0900000000000000  {RaftN1ToN2}
            1400000000000000 0600000000000000 000102030405060708090a0b0c0d0e0f 2c01000000000000 0000000000000000 0000000000000000
            02000000 01fe  05000000 7374617465
            """);
        AssertBytes(
            Samples.Install() with { Offset = 295, Header = default },
            $"""
            52414654 01 05 00  0700000000000000 0900000000000000  {RaftN1ToN2}
            1400000000000000 0600000000000000 000102030405060708090a0b0c0d0e0f 2c01000000000000 2701000000000000 0000000000000000
            00000000  05000000 7374617465
            """);
    }

    [Fact]
    public void InstallSnapshotReply_Bytes_AreAsDocumented()
    {
        AssertBytes(
            Samples.Get("install snapshot reply, part stored"),
            $"""
            52414654 01 06 00  0700000000000000 0900000000000000  {RaftN2ToN1}
            1400000000000000 0600000000000000 000102030405060708090a0b0c0d0e0f 0500000000000000 00
            """);
        AssertBytes(
            Samples.Get("install snapshot reply, installed"),
            $"""
            52414654 01 06 00  0700000000000000 0900000000000000  {RaftN2ToN1}
            1400000000000000 0600000000000000 000102030405060708090a0b0c0d0e0f 0000000000000000 01
            """);
    }

    [Fact]
    public void StateDigest_Bytes_AreAsDocumented() => AssertBytes(
        Samples.Get("state digest"),
        $"""
        52414654 01 0e 00  0500000000000000 0000000000000000  {RaftN2ToN1}
        0400000000000000  02000000  0800000000000000 0201000000000000  0c00000000000000 ffffffffffffffff
        """);

    [Fact]
    public void StateDigestReply_Bytes_AreAsDocumented()
    {
        AssertBytes(
            Samples.Get("state digest reply"),
            $"52414654 01 0f 00  0500000000000000 0000000000000000  {RaftN1ToN2}  0c00000000000000 0800000000000000");
        AssertBytes(
            Samples.Get("state digest reply, states differ"),
            $"""
            52414654 01 0f 03  0500000000000000 0000000000000000  {RaftN1ToN2}  0c00000000000000 0800000000000000
            0800000000000000 0c00000000000000  02000000
            0301000000000000 02000000 0200 6e31 0200 6e33
            0100000000000000 01000000 0200 6e32
            """);
    }

    private static void AssertBytes(RaftMessage message, string hex)
    {
        string expected = string.Concat(hex.Where(character => !char.IsWhiteSpace(character)));
        Assert.Equal(expected, Convert.ToHexStringLower(Samples.Encode(message)));
        Samples.AssertSame(message, MessageCodec.Read(Convert.FromHexString(expected)));
    }
}
