using Raft.Testing;

namespace Raft.Storage.Files.Tests.Simulated;

/// <summary>A node's folder on a simulated disk, which survives crashes as a real one would.</summary>
internal sealed class SimulatedFolder
{
    private readonly SeededRandom _ids = new(1);

    public SimulatedFolder()
    {
    }

    public SimulatedFolder(MemoryFileSystem files) => Files = files;

    /// <summary>The path of the folder.</summary>
    public const string Path = "/node";

    public MemoryFileSystem Files { get; private set; } = new();

    public StepThreads Threads { get; private set; } = new();

    /// <summary>A storage of the folder, with the smallest segments.</summary>
    public FileStorage CreateStorage() => new(
        Path, new FileStorageOptions { SegmentBytes = 64 * 1_024 }, logger: null, Files, Threads, NewId);

    /// <summary>Loses the power, perhaps in the midst of what is under way.</summary>
    public void Crash(SeededRandom random)
    {
        if (random.Chance(0.5))
        {
            Files.CrashAtOperation(1 + random.Next(4));
            RunUntilPowerIsLost();
        }

        Files.CutPower();
        Files = Files.PowerLoss(random, tearsSectors: true);
        Threads = new StepThreads();
    }

    /// <summary>Runs the work of the disk until a call has ended.</summary>
    public Task WaitForAsync(Task call)
    {
        while (!call.IsCompleted && Threads.Step())
        {
        }

        return call.IsCompleted ? call : Task.FromException(new TimeoutException("It waits for something else than the disk."));
    }

    private void RunUntilPowerIsLost()
    {
        try
        {
            while (!Files.IsPowerLost && Threads.Step())
            {
            }
        }
        catch (PowerLostException)
        {
            // The thread ends with the machine.
        }
    }

    private Guid NewId()
    {
        byte[] bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, _ids.NextUInt64());
        BitConverter.TryWriteBytes(bytes.AsSpan(8), _ids.NextUInt64());
        return new Guid(bytes);
    }
}
