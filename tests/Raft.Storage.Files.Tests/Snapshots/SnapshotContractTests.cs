using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Snapshots;

public sealed class SnapshotContractTests
{
    private static readonly SnapshotStoreContract Real = new(static () => new RealShelf());
    private static readonly SnapshotStoreContract Simulated = new(static () => new SimulatedShelf());

    public static TheoryData<string> RealClauses => [.. Real.Clauses];

    public static TheoryData<string> SimulatedClauses => [.. Simulated.Clauses];

    [Theory]
    [MemberData(nameof(RealClauses))]
    public Task SnapshotFiles_OnTheRealDisk_KeepTheContract(string clause) => Real.RunAsync(clause);

    [Theory]
    [MemberData(nameof(SimulatedClauses))]
    public Task SnapshotFiles_OnASimulatedDisk_KeepTheContract(string clause) => Simulated.RunAsync(clause);

    private sealed class RealShelf : SnapshotStoreSubject
    {
        private readonly TemporaryFolder _folder = new();

        public override ISnapshotStore CreateStore() =>
            new SnapshotFilesStore(FileSystem.Shared, DiskThreads.Shared, _folder.Combine("snapshots"));

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return base.DisposeAsync();
        }
    }

    private sealed class SimulatedShelf : SnapshotStoreSubject
    {
        private MemoryFileSystem _files = new();
        private StepThreads _threads = new();

        public override bool CanCrash => true;

        public override ISnapshotStore CreateStore() => new SnapshotFilesStore(_files, _threads, "/node/snapshots");

        public override void Crash(SeededRandom random)
        {
            if (random.Chance(0.5))
            {
                _files.CrashAtOperation(1 + random.Next(8));
                while (!_files.IsPowerLost && _threads.Step())
                {
                }
            }

            _files.CutPower();
            _files = _files.PowerLoss(random, tearsSectors: true);
            _threads = new StepThreads();
        }

        public override Task WaitForAsync(Task call)
        {
            while (!call.IsCompleted && _threads.Step())
            {
            }

            return call.IsCompleted ? call : Task.FromException(new TimeoutException("It waits for something else than the disk."));
        }
    }
}
