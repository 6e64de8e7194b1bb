using Raft.Storage.Files.Crash;

namespace Raft.Storage.Files.Tests.Crash;

/// <summary>Processes that are killed while they write to a folder. The program Raft.Storage.Files.Crash does so more often.</summary>
public sealed class KillTests
{
    private const int Kills = 3;

    [Fact]
    public async Task Process_KilledUnderLoad_LosesNothingAcknowledged()
    {
        using TemporaryFolder folder = new();
        KillRun run = new(folder.Combine("node"), seed: 7, Defect.None, TextWriter.Null);

        await run.RunAsync(Kills);

        Assert.True(run.Found > 0);
    }

    [Fact]
    public async Task Cluster_KilledUnderLoad_LosesNothingAcknowledged()
    {
        using TemporaryFolder folder = new();
        ClusterRun run = new(folder.Path, seed: 7, Defect.None, TextWriter.Null);

        await run.RunAsync(rounds: 1);

        Assert.True(run.Found > 0);
    }

    [Fact]
    public async Task StoreThatAcknowledgesEarly_KilledUnderLoad_IsDetected()
    {
        using TemporaryFolder folder = new();
        KillRun run = new(folder.Combine("node"), seed: 7, Defect.AcknowledgeEarly, TextWriter.Null);

        await Assert.ThrowsAsync<LostDataException>(() => run.RunAsync(rounds: 20));
    }
}
