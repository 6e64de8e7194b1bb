using Raft.Storage.Files.Tests.Simulated;
using Raft.Testing;

namespace Raft.Storage.Files.Tests.Log;

public sealed class LogContractTests
{
    private static readonly LogStoreContract Real = new(static () => new RealDisk());
    private static readonly LogStoreContract Simulated = new(static () => new SimulatedDisk());

    public static TheoryData<string> RealClauses => [.. Real.Clauses];

    public static TheoryData<string> SimulatedClauses => [.. Simulated.Clauses];

    [Theory]
    [MemberData(nameof(RealClauses))]
    public Task FileStorage_OnTheRealDisk_KeepsTheContract(string clause) => Real.RunAsync(clause);

    [Theory]
    [MemberData(nameof(SimulatedClauses))]
    public Task FileStorage_OnASimulatedDisk_KeepsTheContract(string clause) => Simulated.RunAsync(clause);

    private sealed class RealDisk : LogStoreSubject
    {
        private readonly TemporaryFolder _folder = new();

        public override ILogStore CreateStore() => new FileStorage(_folder.Combine("node"), new FileStorageOptions { SegmentBytes = 64 * 1024 });

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return base.DisposeAsync();
        }
    }

    private sealed class SimulatedDisk : LogStoreSubject
    {
        private readonly SimulatedFolder _folder = new();

        public override bool CanCrash => true;

        public override bool CanFailWrites => true;

        public override ILogStore CreateStore() => _folder.CreateStorage();

        public override void Crash(SeededRandom random) => _folder.Crash(random);

        public override void FailNextWrite() => _folder.Files.FailSync(1);

        public override Task WaitForAsync(Task call) => _folder.WaitForAsync(call);
    }
}
