using Raft.Storage.Files.Tests.Damage;

namespace Raft.Storage.Files.Tests.Log;

public sealed class RestartTests
{
    [Fact]
    public void Reset_ToAnIndexBeforeTheFirstSegment_KeepsTheTermsThatFollow()
    {
        RecordedLog log = new();
        log.Open();
        while (log.Segments.Count() < 2)
        {
            log.Append(null, RecordedLog.Entry(1, "a"));
        }

        log.Append(null, RecordedLog.Entry(1, "a"));
        log.Compact(log.LastIndex);
        Assert.Single(log.Segments);

        log.Reset(2, 1);
        log.Append(null, RecordedLog.Entry(3, "3 of term 3"), RecordedLog.Entry(4, "4 of term 4"), RecordedLog.Entry(5, "5 of term 5"));
        log.Compact(4);

        Assert.Equal(log.States[^1], log.Reopen(log.Image));
    }
}
