using Raft.SimulationRuns;

namespace Raft.Testing.Tests.SimulationRuns;

public sealed class ArgumentsTests
{
    private static Arguments? Parse(string line) => Arguments.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _);

    [Fact]
    public void Parse_OfNothing_GivesTheDefaults()
    {
        Arguments arguments = Parse(string.Empty)!;

        Assert.Equal(
            (1UL, 100UL, 10, null, false),
            (arguments.FirstSeed, arguments.LastSeed, arguments.Minutes, arguments.Nodes, arguments.StopAtFirst));
        Assert.Equal([Profile.Find("everything")!], arguments.Profiles);
    }

    [Fact]
    public void Parse_OfEverything_TakesAllOfIt()
    {
        Arguments arguments = Parse("--seeds 7-9 --minutes 0.5 --profile calm,disk --nodes mixed --stop-at-first --output traces "
            + "--shrink-seconds 5")!;

        Assert.Equal(
            (7UL, 9UL, 0.5, null, true, "traces"),
            (arguments.FirstSeed, arguments.LastSeed, arguments.Minutes, arguments.Nodes, arguments.StopAtFirst, arguments.Output));
        Assert.Equal([Profile.Find("calm")!, Profile.Find("disk")!], arguments.Profiles);
        Assert.Equal(TimeSpan.FromSeconds(5), arguments.ShrinkLimit);
        Assert.Equal(6, JobList.Of(arguments).Count);
    }

    [Fact]
    public void Parse_OfNoTimeToShrink_TakesIt() => Assert.Equal(TimeSpan.Zero, Parse("--shrink-seconds 0")!.ShrinkLimit);

    [Fact]
    public void Parse_OfOneSeed_ReplaysIt()
    {
        Arguments arguments = Parse("--seed 7 --faults 3,17")!;

        Assert.True(arguments.Replays);
        Assert.Equal([3, 17], arguments.Faults);
        Assert.Empty(Parse("--seed 7 --faults none")!.Faults!);
    }

    [Fact]
    public void Parse_OfAllProfiles_NamesEachOnce() =>
        Assert.Equal(Profile.All, Parse("--profile calm,all")!.Profiles);

    [Theory]
    [InlineData("--seeds")]
    [InlineData("--seeds 9-7")]
    [InlineData("--seeds 1-2-3")]
    [InlineData("--seeds 0-18446744073709551615")]
    [InlineData("--seeds -1")]
    [InlineData("--seed x")]
    [InlineData("--minutes 0")]
    [InlineData("--minutes NaN")]
    [InlineData("--shrink-seconds -1")]
    [InlineData("--minutes 1e9")]
    [InlineData("--profile sunny")]
    [InlineData("--profile calm,")]
    [InlineData("--nodes 0")]
    [InlineData("--nodes many")]
    [InlineData("--faults 1")]
    [InlineData("--seed 1 --faults 0")]
    [InlineData("--seed 1 --profile all")]
    [InlineData("--seed 1 --known-seeds file")]
    [InlineData("--unknown 1")]
    [InlineData("seeds 1")]
    public void Parse_OfNonsense_SaysWhatIsWrong(string line)
    {
        Assert.Null(Arguments.Parse(line.Split(' '), out string error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Command_ThatReplaysAJob_IsReadAsThatJob()
    {
        Job job = new(12, Profile.Find("disk")!, Nodes: null, Minutes: 2.5);

        Arguments arguments = Parse(job.CommandLine([4, 5]).Split(" -- ")[1])!;

        Assert.Equal((12UL, 2.5, job.Options.Nodes), (arguments.FirstSeed, arguments.Minutes, arguments.Nodes));
        Assert.Equal([Profile.Find("disk")!], arguments.Profiles);
        Assert.Equal([4, 5], arguments.Faults);
    }

    [Fact]
    public void MixedNodes_FollowFromTheSeed()
    {
        int[] nodes = [.. Enumerable.Range(1, 200).Select(seed => new Job((ulong)seed, Profile.Find("calm")!, null, 1).Options.Nodes)];

        Assert.Equal([1, 2, 3, 4, 5, 7], nodes.Distinct().Order());
        Assert.Equal(nodes[6], new Job(7, Profile.Find("everything")!, null, 10).Options.Nodes);
    }

    [Fact]
    public void KnownSeeds_AreReadLineByLine()
    {
        IReadOnlyList<Job> jobs = KnownSeeds.Parse(["# a comment", "", "disk 12 5 lost a vote", "calm 1 3 none # for now"], minutes: 10);

        Assert.Equal([new Job(12, Profile.Find("disk")!, 5, 10), new Job(1, Profile.Find("calm")!, 3, 10)], jobs);
        Assert.Throws<FormatException>(() => KnownSeeds.Parse(["disk 12 5"], minutes: 10));
        Assert.Throws<FormatException>(() => KnownSeeds.Parse(["sunny 12 5 why"], minutes: 10));
    }
}
