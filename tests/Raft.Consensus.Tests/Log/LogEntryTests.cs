using System.Runtime.CompilerServices;

namespace Raft.Consensus.Tests.Log;

public sealed class LogEntryTests
{
    [Theory]
    [InlineData(EntryKind.Command)]
    [InlineData(EntryKind.NoOp)]
    [InlineData(EntryKind.Configuration)]
    [InlineData(EntryKind.Session)]
    public void LogEntry_AnyKindAndTime_KeepsBoth(EntryKind kind)
    {
        DateTimeOffset[] times = [DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch.AddTicks(1), DateTimeOffset.MaxValue];

        Assert.All(times, time =>
        {
            LogEntry entry = new(7, kind, default, time);
            Assert.Equal((7, kind, time), (entry.Term, entry.Kind, entry.Time));
            Assert.Equal(entry, new LogEntry(7, EntryKind.Command, default, default) with { Kind = kind, Time = time });
        });
    }

    [Fact]
    public void LogEntry_TimeWithAnOffset_KeepsTheInstantInUtc()
    {
        DateTimeOffset inTokyo = new(2026, 2, 3, 21, 0, 0, TimeSpan.FromHours(9));

        Assert.Equal(
            (inTokyo, TimeSpan.Zero),
            (new LogEntry(1, EntryKind.Command, default, inTokyo).Time, new LogEntry(1, EntryKind.Command, default, inTokyo).Time.Offset));
    }

    [Fact]
    public void LogEntry_UnknownKind_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogEntry(1, EntryKind.Session + 1, default, default));

    /// <summary>Every node keeps a hundred thousand of them and more.</summary>
    [Fact]
    public void LogEntry_Takes32Bytes() => Assert.Equal(32, Unsafe.SizeOf<LogEntry>());
}
