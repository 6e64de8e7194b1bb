namespace Raft.Benchmarks.Tests;

public sealed class ArgumentsTests
{
    private static Arguments? Parse(string line) => Arguments.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _);

    [Fact]
    public void Parse_OfACommandAlone_GivesTheDefaults()
    {
        Arguments arguments = Parse("compare")!;

        Assert.Equal(
            (Command.Compare, false, Path.Combine("artifacts", "benchmarks")), (arguments.Command, arguments.IsQuick, arguments.Output));
        Assert.Empty(arguments.Only);
        Assert.Empty(arguments.Proposers);
        Assert.True(arguments.Includes("bare"));
    }

    [Fact]
    public void Parse_OfEverything_TakesAllOfIt()
    {
        Arguments arguments = Parse("compare --quick --output results --only channel,bare --proposers 64,256")!;

        Assert.Equal((true, "results"), (arguments.IsQuick, arguments.Output));
        Assert.Equal(["channel", "bare"], arguments.Only);
        Assert.Equal([64, 256], arguments.Proposers);
        Assert.False(arguments.Includes("dotnext"));
    }

    [Theory]
    [InlineData("scale --only nodes")]
    [InlineData("idle --quick")]
    [InlineData("failover")]
    [InlineData("sustain --output here")]
    [InlineData("disk --quick --only store,nodes,folders,opening,checksums --proposers 1")]
    [InlineData("tcp --quick --only tcp,tls,dotnext,framed,processes --proposers 1,1024 --data there")]
    [InlineData("server --quick --only raft,etcd,bare --proposers 1,64 --data there --seconds 2")]
    public void Parse_OfOtherCommands_TakesThem(string line) => Assert.NotNull(Parse(line));

    [Fact]
    public void Parse_OfDisk_TakesTheFolderAndTheDuration()
    {
        Arguments arguments = Parse("disk --data there --seconds 5")!;

        Assert.Equal((Command.Disk, "there", 5), (arguments.Command, arguments.Data, arguments.Seconds));
        Assert.Equal(("artifacts", null), (Parse("disk")!.Data, Parse("disk")!.Seconds));
    }

    [Fact]
    public void Parse_OfMicro_PassesTheRestOn() => Assert.Equal(["--filter", "*Mailbox*"], Parse("micro --filter *Mailbox*")!.Rest);

    [Theory]
    [InlineData("")]
    [InlineData("fly")]
    [InlineData("0")]
    [InlineData("--quick")]
    [InlineData("compare quickly")]
    [InlineData("compare --output")]
    [InlineData("compare --only nodes")]
    [InlineData("compare --only channel,")]
    [InlineData("compare --proposers 0")]
    [InlineData("compare --proposers 1,x")]
    [InlineData("scale --proposers 1")]
    [InlineData("idle --only nodes")]
    [InlineData("idle --data there")]
    [InlineData("disk --seconds 0")]
    [InlineData("disk --seconds 1,2")]
    [InlineData("disk --only micro")]
    [InlineData("tcp --only channel")]
    [InlineData("tcp --seconds 5")]
    [InlineData("child-node n1")]
    [InlineData("server --only channel")]
    public void Parse_OfNonsense_SaysWhatIsWrong(string line)
    {
        Arguments? arguments = Arguments.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), out string error);

        Assert.Null(arguments);
        Assert.NotEmpty(error);
    }
}
