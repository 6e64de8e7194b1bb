namespace Raft.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("log")]
    [InlineData("log verify")]
    [InlineData("log verify DIR other")]
    [InlineData("log mend DIR")]
    [InlineData("log dump DIR --from first")]
    [InlineData("log dump DIR --hex --json")]
    public void Run_WrongCommandLine_SaysWhatIsWrong(string arguments)
    {
        Tool tool = Tool.Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.Usage, tool.Code);
        Assert.NotEmpty(tool.Error);
        Assert.Empty(tool.Output);
    }

    [Fact]
    public void Run_Help_ListsTheCommandsAndTheExitCodes()
    {
        Tool tool = Tool.Run("log", "--help");

        Assert.Equal(0, (int)tool.Code);
        Assert.Contains("inspect", tool.Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0", tool.Output, StringComparison.Ordinal);
    }
}
