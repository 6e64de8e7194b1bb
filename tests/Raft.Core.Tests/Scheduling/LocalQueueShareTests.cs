namespace Raft.Core.Tests.Scheduling;

public sealed class LocalQueueShareTests
{
    [Fact]
    public void Take_OverOnePeriod_KeepsOneIntervalInReserve()
    {
        LocalQueueShare share = default;

        bool[] answers = [.. Enumerable.Range(0, LocalQueueShare.Period).Select(_ => share.Take())];

        Assert.Equal(1_024, LocalQueueShare.Period);
        Assert.Equal(128, answers.Count(local => !local));
        Assert.Equal(Enumerable.Repeat(false, 128), answers[^128..]);
    }

    [Fact]
    public void Take_OverManyPeriods_RepeatsThePattern()
    {
        LocalQueueShare share = default;

        bool[] answers = [.. Enumerable.Range(0, 5 * LocalQueueShare.Period).Select(_ => share.Take())];

        Assert.All(answers.Chunk(LocalQueueShare.Period), period => Assert.Equal(answers[..LocalQueueShare.Period], period));
    }
}
