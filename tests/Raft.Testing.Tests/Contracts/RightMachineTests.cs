using System.Diagnostics;
using System.Globalization;

namespace Raft.Testing.Tests.Contracts;

/// <summary>What is right is not refused, and what is missing in another process is not called a defect of the machine.</summary>
public sealed class RightMachineTests
{
    private static readonly ManualResetEventSlim Released = new();
    private static bool _isSetUp;

    [Fact]
    public Task Digest_DependsOnTheCulture_IsTheSameInOtherProcesses() => new StateMachineContract<Keeper>(
        static () => new RightKeeper(),
        NextCommand,
        static keeper => (keeper.Digest.Length / 7.0).ToString("F3", CultureInfo.CurrentCulture)).OtherProcessesDoNotMatter();

    [Fact]
    public async Task Process_WithTheSameSurroundings_HasTheCultureOfTheTest()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            CultureInfo.CurrentCulture = new NamedCulture();
            MachineProcess.Prepare(folder, TaskOf(static () => new RightKeeper(), digest: null), Surroundings.Same);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        await using (FileStream file = File.OpenRead(Path.Combine(folder, MachineProcess.TaskFile)))
        {
            using BinaryReader reader = new(file);
            MachineTask.Read(reader, out string culture);
            Assert.Equal("xx-XX", culture);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Code_ThatWritesACapture_MayUseThreadsAndClocks()
    {
        Assert.Empty(MachineCode.Search(typeof(OwnCapture)));
        Assert.Empty(MachineCode.Search(typeof(CaptureByFunction)));
    }

    [Fact]
    public void Code_OfTypesThatGrowWithoutEnd_IsReadToItsEnd() => Assert.Equal(
        "Growing.Count", Assert.Single(MachineCode.Search(typeof(Growing)).Select(static call => call.Caller).Distinct()));

    [Fact]
    public Task Instances_AtTheSameTime_RunAtTheSameTime()
    {
        StateMachineContract<Meeting> contract = StateMachineContract.For<Meeting, string, string>(
            static () => new Meeting(), static random => random.NextKey());

        return contract.InstancesAtTheSameTimeDoNotMatter();
    }

    [Fact]
    public async Task Create_NeedsWhatTheTestHasSetUp_IsNotADefectOfTheMachine()
    {
        _isSetUp = true;
        StateMachineContract<Keeper> contract = new(
            static () => _isSetUp ? new RightKeeper() : throw new FormatException("no services"), NextCommand);

        InvalidOperationException missing = await Assert.ThrowsAnyAsync<InvalidOperationException>(contract.OtherProcessesDoNotMatter);

        Assert.Contains(
            "cannot be tried in another process. 'create' threw there: FormatException: no services. The Main", missing.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_ThrowsInOtherSurroundingsOnly_IsADefectOfTheMachine()
    {
        StateMachineContract<Keeper> contract = new(
            static () => Environment.GetEnvironmentVariable("USER") == "another" ? throw new FormatException("who?") : new RightKeeper(),
            NextCommand);

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(contract.OtherProcessesDoNotMatter);

        Assert.Contains("The machine failed there, which it did not here: FormatException: who?", broken.Message, StringComparison.Ordinal);
        Assert.Contains("It suffices to change the environment variables of the user", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_CapturesAnIntegerOfThePlatform_SaysSo()
    {
        nint handle = 3;
        StateMachineContract<Keeper> contract = new(() => handle > 0 ? new RightKeeper() : new WorkingDirectory(), NextCommand);

        InvalidOperationException refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(contract.OtherProcessesDoNotMatter);

        Assert.Contains("'handle' is captured and is a System.IntPtr", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_CapturesALongChain_SaysSo()
    {
        Link chain = new(null);
        for (int i = 0; i < 1_000_000; i++)
        {
            chain = new Link(chain);
        }

        StateMachineContract<Keeper> contract = new(() => chain.Next is null ? new WorkingDirectory() : new RightKeeper(), NextCommand);

        InvalidOperationException refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(contract.OtherProcessesDoNotMatter);

        Assert.Contains("refers to too many objects", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Process_WhoseMachineDoesNotAnswer_EndsWithoutAnAnswer()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        MachineProcess.Prepare(folder, TaskOf(static () => new RightKeeper(), WaitForRelease), Surroundings.Same);

        bool isAnswered = MachineProcess.Serve(folder, TimeSpan.FromMilliseconds(1));

        Released.Set();
        Assert.False(isAnswered);
        Assert.True(MachineProcess.Serve(folder));
        Directory.Delete(folder, recursive: true);
    }

    private static string WaitForRelease(Keeper keeper)
    {
        Released.Wait(TestContext.Current.CancellationToken);
        return keeper.Digest;
    }

    private static MachineTask TaskOf(Func<Keeper> create, Func<Keeper, string>? digest) =>
        new(create, digest, [], Snapshot: null, LastIncludedIndex: 0);

    private static ReadOnlyMemory<byte> NextCommand(SeededRandom random) => Codec.Encode(Codec.Utf8, random.NextKey());

    private sealed class NamedCulture() : CultureInfo("")
    {
        public override string Name => "xx-XX";
    }

    private sealed class Link(Link? next)
    {
        public Link? Next { get; } = next;
    }

    private abstract class Constant() : StateMachine<string, string>(Codec.Utf8, Codec.Utf8)
    {
        protected override string Apply(string command, in CommandContext context) => command;

        protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) => default;
    }

    private sealed class OwnCapture : Constant
    {
        protected override ISnapshotCapture Capture() => new Slow();

        private sealed class Slow : ISnapshotCapture
        {
            public async ValueTask WriteToAsync(Stream destination, CancellationToken cancellationToken)
            {
                long start = Stopwatch.GetTimestamp();
                await Task.Run(() => destination.WriteByte(1), cancellationToken);
                Debug.WriteLine(Stopwatch.GetElapsedTime(start));
            }

            public void Dispose()
            {
            }
        }
    }

    private sealed class CaptureByFunction : Constant
    {
        protected override ISnapshotCapture Capture() => SnapshotCapture.Of(
            7L,
            static async (state, stream, cancellationToken) => await Task.Run(() => stream.WriteByte((byte)state), cancellationToken));
    }

    private sealed class Growing : Constant
    {
        protected override string Apply(string command, in CommandContext context) => $"{Count<string>(command.Length)}";

        private static int Count<T>(int left) => left == 0 ? Environment.ProcessId : Count<List<T>>(left - 1);
    }

    /// <summary>The first instance that applies anything is alone. Eight others wait for each other.</summary>
    private sealed class Meeting : Constant
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
        private static readonly CountdownEvent Others = new(8);
        private static int _begun;

        private bool _hasBegun;
        private bool _hasMet = true;

        protected override string Apply(string command, in CommandContext context)
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                if (Interlocked.Increment(ref _begun) > 1)
                {
                    Others.Signal();
                    _hasMet = Others.Wait(Patience);
                }
            }

            return _hasMet ? command : "alone";
        }
    }
}
