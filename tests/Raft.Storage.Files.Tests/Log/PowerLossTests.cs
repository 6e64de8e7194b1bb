using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Log;

/// <summary>The power is lost, or a call fails, at every operation of a script, and the folder is opened again.</summary>
public sealed class PowerLossTests
{
    private const int Parts = 8; // of the operations, so that several tests share them
    private const int SyncsOfAnOpening = 6;
    private const int SectorsBetween = 7;

    private static readonly LogScript Script = LogScript.OfEverything;

    public static TheoryData<int> EveryPart => [.. Enumerable.Range(0, Parts)];

    [Fact]
    public void Script_WithoutFaults_LeavesItsLastState()
    {
        SimulatedFolder folder = new();

        LogRun run = Script.Run(folder);

        Assert.True(run.IsComplete);
        run.Close();
        Assert.Equal(run.States.Count - 1, LogImages.RequireState(folder.Files.PowerLoss(static _ => 0), run.States, run.Acknowledged));
        Assert.Contains(folder.Files.Operations, static operation => operation.Contains(".recycled to ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EveryPart))]
    public void PowerLoss_AtAnyOperation_LosesNothingAcknowledged(int part)
    {
        SeededRandom random = new((ulong)part);
        foreach (int operation in OperationsOf(part))
        {
            SimulatedFolder folder = new();
            folder.Files.CrashAtOperation(operation);
            LogRun run = Script.Run(folder);
            foreach (MemoryFileSystem image in LogImages.AfterPowerLoss(folder.Files, random))
            {
                int found = LogImages.RequireState(image, run.States, run.Acknowledged);
                // What was returned once is returned again, whatever the power did meanwhile.
                Assert.Equal(found, LogImages.RequireState(image.PowerLoss(random, tearsSectors: true), run.States, found));
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryPart))]
    public void PowerLoss_WhileOpening_LosesNothingAcknowledged(int part)
    {
        SeededRandom random = new((ulong)part);
        foreach (int operation in OperationsOf(part))
        {
            SimulatedFolder folder = new();
            folder.Files.CrashAtOperation(operation);
            LogRun run = Script.Run(folder);
            MemoryFileSystem image = folder.Files.PowerLoss(random, tearsSectors: true);
            for (int second = 1; TryCrashWhileOpening(image, second) is { } crashed; second++)
            {
                foreach (MemoryFileSystem again in LogImages.AfterPowerLoss(crashed, random).Take(10))
                {
                    LogImages.RequireState(again, run.States, run.Acknowledged);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryPart))]
    public void FailedSync_ThenCloseAndOpenings_ThenPowerLoss_LosesNothingAcknowledged(int part)
    {
        SeededRandom random = new((ulong)part);
        for (int call = 1 + part; TryRunWith(files => files.FailSync(call)) is { } run; call += Parts)
        {
            RequireKeptAfterFailure(run, random);
        }
    }

    [Theory]
    [MemberData(nameof(EveryPart))]
    public void FailedWrite_ThenCloseAndOpenings_ThenPowerLoss_LosesNothingAcknowledged(int part)
    {
        SeededRandom random = new((ulong)part);
        for (int call = 1 + part; TryRunWith(files => files.FailWrite(call)) is { } run; call += Parts)
        {
            RequireKeptAfterFailure(run, random);
        }
    }

    [Theory]
    [MemberData(nameof(EveryPart))]
    public void FullDisk_AtAnySize_LosesNothingAcknowledged(int part)
    {
        SeededRandom random = new((ulong)part);
        for (int size = part * SectorsBetween; TryRunWith(files => files.FailWithDiskFullAfter(size * 512L)) is { } run;
            size += Parts * SectorsBetween)
        {
            run.Folder.Files.FailWithDiskFullAfter(null);
            RequireKeptAfterFailure(run, random);
        }
    }

    /// <summary>Opens twice without a loss of power in between, with what the cache shows, then loses the power.</summary>
    private static void RequireKeptAfterFailure((SimulatedFolder Folder, LogRun Run) failed, SeededRandom random)
    {
        (SimulatedFolder folder, LogRun run) = failed;
        int operations = folder.Files.Operations.Count;
        folder.Files.FailSync(0);
        folder.Files.FailWrite(0);
        if (run.WasOpened)
        {
            run.Close();
            Assert.Equal(operations, folder.Files.Operations.Count); // nothing is written after a failure
        }

        foreach (MemoryFileSystem image in LogImages.AfterPowerLoss(folder.Files, random).Take(10))
        {
            LogImages.RequireState(image, run.States, run.Acknowledged);
        }

        for (int sync = 1; sync <= SyncsOfAnOpening; sync++)
        {
            MemoryFileSystem opened = folder.Files.Kill();
            opened.FailSync(sync);
            TryOpen(new SimulatedFolder(opened));
            MemoryFileSystem killed = opened.Kill();
            foreach (MemoryFileSystem image in LogImages.AfterPowerLoss(killed, random).Take(6))
            {
                LogImages.RequireState(image, run.States, run.Acknowledged);
            }

            int seen = LogImages.RequireState(killed, run.States, run.Acknowledged);
            ExpectedLog continued = LogImages.Continue(killed, run.States[seen]);
            killed.EvictCleanSectors();
            foreach (MemoryFileSystem image in LogImages.AfterPowerLoss(killed, random).Take(6))
            {
                LogImages.RequireState(image, [continued], atLeast: 0);
            }
        }
    }

    private static (SimulatedFolder Folder, LogRun Run)? TryRunWith(Action<MemoryFileSystem> plan)
    {
        SimulatedFolder folder = new();
        plan(folder.Files);
        LogRun run = Script.Run(folder);
        return run.IsComplete ? null : (folder, run);
    }

    private static MemoryFileSystem? TryCrashWhileOpening(MemoryFileSystem image, int operation)
    {
        SimulatedFolder folder = new(image.Kill());
        folder.Files.CrashAtOperation(operation);
        TryOpen(folder);
        return folder.Files.IsPowerLost ? folder.Files : null;
    }

    private static void TryOpen(SimulatedFolder folder)
    {
        Task<LogState> opening = folder.CreateStorage()
            .OpenAsync(LogStoreTrial.ClusterId, LogStoreTrial.Node, CancellationToken.None).AsTask();
        try
        {
            while (folder.Threads.Step())
            {
            }
        }
        catch (PowerLostException)
        {
            return; // while the next segment was prepared
        }

        Assert.True(opening.IsCompleted);
        Assert.True(
            opening.Exception?.InnerException is null or IOException or PowerLostException, $"It fails with {opening.Exception?.InnerException}");
    }

    private static IEnumerable<int> OperationsOf(int part)
    {
        SimulatedFolder folder = new();
        Script.Run(folder).Close();
        for (int operation = 1 + part; operation <= folder.Files.Operations.Count; operation += Parts)
        {
            yield return operation;
        }
    }
}
