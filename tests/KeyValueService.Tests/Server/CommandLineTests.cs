using KeyValueService.Server;

namespace KeyValueService.Tests.Server;

/// <summary>What the configuration would ignore silently is refused.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--node", "n1", "--members", "n1=127.0.0.1:7001", "--data", "d", "--http", "127.0.0.1:8080")]
    [InlineData("--local=3", "--data=d")]
    [InlineData("--urls", "http://127.0.0.1:5080", "--Raft:MinimumElectionTimeout=00:00:01", "--Logging:LogLevel:Raft", "Debug")]
    public void Check_KnownOptions_AreAccepted(params string[] arguments) => CommandLine.Check(arguments);

    [Theory]
    [InlineData("--nod", "--nod", "n1")]
    [InlineData("n1", "n1")]
    [InlineData("-node", "-node", "n1")]
    [InlineData("--node needs a value", "--node")]
    [InlineData("--node needs a value", "--node", "--data", "d")]
    public void Check_AnythingElse_IsNamed(string named, params string[] arguments)
    {
        InvalidSettingsException refused = Assert.Throws<InvalidSettingsException>(() => CommandLine.Check(arguments));

        Assert.Contains(named, refused.Message.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("Usage:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindSettings_OfAllArguments_LeavesOutThoseOfTheProgram()
    {
        string[] arguments = ["--local", "3", "--Raft:A=1", "--data=d", "--Raft:B", "2"];

        Assert.Equal(["--Raft:A=1", "--Raft:B", "2"], CommandLine.FindSettings(arguments));
    }
}
