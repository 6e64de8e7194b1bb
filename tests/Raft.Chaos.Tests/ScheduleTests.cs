namespace Raft.Chaos.Tests;

/// <summary>The faults of a run follow from its seed.</summary>
public sealed class ScheduleTests
{
    private const int DeckSize = 41;

    [Fact]
    public void Schedule_SameSeed_SameSteps() =>
        Assert.Equal(Steps(seed: 7, count: 200).Select(static step => step.ToString()), Steps(seed: 7, count: 200).Select(static step => step.ToString()));

    [Fact]
    public void Schedule_OtherSeed_OtherSteps() =>
        Assert.NotEqual(Steps(seed: 7, count: 20).Select(static step => step.ToString()), Steps(seed: 8, count: 20).Select(static step => step.ToString()));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Schedule_OneDeck_HasEveryKind(int seed) =>
        Assert.Equal(Enum.GetValues<FaultKind>().ToHashSet(), Steps(seed, DeckSize).Select(static step => step.Faults[0].Kind).ToHashSet());

    [Fact]
    public void Schedule_LargeVolumes_NoDiskIsFullOrHangs() =>
        Assert.DoesNotContain(
            Steps(seed: 1, count: 200, hasSmallVolumes: false),
            static step => step.Faults.Any(static fault => fault.Kind is FaultKind.FullDisk or FaultKind.HungDisk or FaultKind.HungDisks));

    [Fact]
    public void Schedule_LostVolume_IsTheOnlyFaultOfItsStep()
    {
        ScheduleStep[] steps = [.. Steps(seed: 3, count: 2_000).Where(static step => step.Faults.Any(static fault => fault.Kind == FaultKind.LostVolume))];

        Assert.NotEmpty(steps);
        Assert.All(steps, static step => Assert.Single(step.Faults));
    }

    [Fact]
    public void Schedule_ManySteps_SomeHaveTwoFaults() => Assert.Contains(Steps(seed: 4, count: 100), static step => step.Faults.Count == 2);

    [Fact]
    public void Schedule_SomeKinds_HasNoOtherFirst()
    {
        FaultKind[] kinds = [FaultKind.KillAll, FaultKind.Reset];

        Assert.Equal(
            kinds.ToHashSet(), Steps(seed: 5, count: 50, kinds: kinds).Select(static step => step.Faults[0].Kind).ToHashSet());
    }

    [Fact]
    public void Schedule_NoKindIsPossible_Throws() =>
        Assert.Throws<ArgumentException>(() => Steps(seed: 1, count: 1, hasSmallVolumes: false, FaultKind.FullDisk));

    private static ScheduleStep[] Steps(int seed, int count, bool hasSmallVolumes = true, params FaultKind[] kinds)
    {
        Schedule schedule = new(seed, hasSmallVolumes, kinds);
        return [.. Enumerable.Range(0, count).Select(_ => schedule.Next())];
    }
}
