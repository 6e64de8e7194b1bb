using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Log;

/// <summary>Entries that a leader of a later version sends: a node cannot append them, and reports why its log stalls.</summary>
public sealed class UnsupportedEntryTests
{
    private static readonly LogEntry Three = Make.Configuration(1, "n1", "n2", "n3");

    /// <summary>It has an extension, 0x8001, that every node must understand.</summary>
    private static readonly LogEntry Unreadable = Three with { Data = (byte[])[.. Three.Data.Span, 0x01, 0x80, 0, 0, 0, 0] };

    [Fact]
    public void Follower_ConfigurationThatItCannotRead_IsNotAppended()
    {
        SingleModule n1 = new();

        Assert.Empty(n1.Deliver((RaftMessage)Append(1, 0, 0, Unreadable)));
        Assert.Empty(n1.Deliver((RaftMessage)Append(1, 0, 0, Three with { Data = Three.Data[..^1] })));

        Assert.Equal((0, 2), (n1.Module.LastIndex, n1.Module.IgnoredMessages));
    }

    /// <summary>The leader runs a later version, and sends the entry until the follower appends it.</summary>
    [Fact]
    public void Follower_ConfigurationThatItCannotRead_IsReportedUntilTheLogIsBeyondIt()
    {
        SingleModule n1 = new();
        n1.Deliver(Append(3, 0, 0, Three));

        n1.Deliver((RaftMessage)Append(3, 1, 1, Make.Entries(3)[0], Unreadable with { Term = 3 }));

        UnsupportedEntryNotice notice = Assert.IsType<UnsupportedEntryNotice>(Assert.Single(n1.TakeNotices()));
        Assert.Equal(("n2", 3), (notice.Leader.Value, notice.Entry.Index));
        Assert.Contains("extension 32769", notice.Entry.Problem, StringComparison.Ordinal);
        Assert.Equal(3, n1.Module.Unsupported?.Index);

        n1.Deliver(Append(3, 1, 1, Make.Entries(3)[0]));
        Assert.NotNull(n1.Module.Unsupported); // the entry before it is none of these
        n1.Deliver(Append(4, 2, 3, Make.Entries(4)[0]));
        Assert.Null(n1.Module.Unsupported); // another leader may not have it
    }

    [Fact]
    public void Follower_EntryOfAKindThatItDoesNotImplement_IsReported()
    {
        SingleModule n1 = new();

        n1.Deliver((RaftMessage)Append(1, 0, 0, Make.Entries(1)[0] with { Kind = EntryKind.Session }));

        UnsupportedEntryNotice notice = Assert.IsType<UnsupportedEntryNotice>(Assert.Single(n1.TakeNotices()));
        Assert.Equal((1, "it has kind Session"), (notice.Entry.Index, notice.Entry.Problem));
    }

    [Fact]
    public void Follower_UnreadableConfigurationOfALeaderThatIsDeposed_IsNotReported()
    {
        SingleModule n1 = SingleModule.Follower(2, 1);

        Assert.Empty(n1.Deliver((RaftMessage)Append(1, 0, 0, Unreadable)));

        Assert.Empty(n1.TakeNotices());
        Assert.Null(n1.Module.Unsupported);
    }

    private static AppendEntriesMessage Append(long term, long prevIndex, long prevTerm, params LogEntry[] entries) =>
        Make.Append("n2", term, prevIndex, prevTerm, commit: 0) with { Entries = entries };
}
