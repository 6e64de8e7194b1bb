namespace Raft.Consensus.Tests.Scenarios;

/// <summary>
/// Runs the scenarios of this folder: text files that show what happens in a cluster, readable without knowing C#. README.md explains
/// their form. A scenario passes if the cluster does exactly what the file says.
/// </summary>
public sealed class ScenarioTests
{
    /// <summary>Set to a folder, it makes the tests write there what the clusters did, to be compared and copied by hand.</summary>
    private const string OutputVariable = "RAFT_SCENARIO_OUTPUT";

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Scenarios");

    public static TheoryData<string> Names =>
    [
        .. Directory.GetFiles(Folder, "*.txt").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Cluster_OfAScenario_DoesWhatTheFileSays(string name)
    {
        string expected = File.ReadAllText(Path.Combine(Folder, $"{name}.txt"));

        string actual = ScenarioScript.Run(expected);

        if (Environment.GetEnvironmentVariable(OutputVariable) is { Length: > 0 } output)
        {
            File.WriteAllText(Path.Combine(output, $"{name}.txt"), actual);
        }

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Script_WithAnUnknownCommand_SaysWhichLineItIs()
    {
        FormatException error = Assert.Throws<FormatException>(() => ScenarioScript.Run("> cluster 3\n> explode n1\n"));

        Assert.Contains("explode n1", error.Message, StringComparison.Ordinal);
    }
}
