using System.Text.RegularExpressions;

namespace Raft.Testing.Tests.Simulations;

/// <summary>A user's state machine and workload in the simulator, and what is said of one that does not belong there.</summary>
public sealed class OwnStateMachineTests
{
    private static readonly SimulationOptions Short = new() { Duration = TimeSpan.FromSeconds(20) };

    public static TheoryData<string> Weathers => [.. WeatherProfile.All.Select(profile => profile.Name)];

    [Theory]
    [MemberData(nameof(Weathers))]
    public void Account_InAnyWeather_IsLinearizable(string weather)
    {
        SimulationReport<long, long> report = Simulation.Run(
            seed: 7, () => new Account(), random => random.Next(100) - 20L, Short with { Weather = WeatherProfile.Find(weather) });

        report.ThrowUnlessLinearizable(new AccountModel());
        Assert.InRange(report.Operations.Count(operation => operation.Outcome == OperationOutcome.Completed), 50, int.MaxValue);
    }

    [Fact]
    public void SameSeed_TakesTheSameCourse() => Assert.Equal(RunBytes(seed: 3).TraceHash, RunBytes(seed: 3).TraceHash);

    [Fact]
    public void Machine_AnswersDifferentlyOnEachNode_IsReportedWithBothAnswers()
    {
        int made = 0;
        SimulationReport<long, long> report = Simulation.Run(seed: 7, () => new BiasedAccount(made++), _ => 1L, Short);

        SimulationException broken = Assert.Throws<SimulationException>(report.ThrowIfViolated);
        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Matches("^The state machine is not deterministic: for the command at index [0-9]+, n[1-3] answered 8 bytes .+, and n[1-3] "
            + "answered 8 bytes ", broken.Message);
    }

    [Fact]
    public void Workload_ThatThrows_IsAnErrorOfUse_ThrownWithItsPlaceAndSeed()
    {
        InvalidOperationException wrong = Assert.Throws<InvalidOperationException>(() => Simulation.Run<long, long>(
            seed: 7, () => new Account(), _ => throw new FormatException("no such command"), Short));

        Assert.StartsWith(
            "The function that draws commands threw FormatException, through a lambda in ", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("no such command Seed 7", wrong.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(wrong.InnerException);
    }

    [Fact]
    public void Factory_ThatThrowsLater_IsAnErrorOfUse()
    {
        int made = 0;

        InvalidOperationException wrong = Assert.Throws<InvalidOperationException>(() => Simulation.Run(
            seed: 7, () => made++ < 4 ? new Account() : throw new FormatException("no more"), _ => 1L, Short));

        Assert.StartsWith("The function that makes state machines threw FormatException", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Factory_ThatReturnsTheSameMachine_IsAnErrorOfUse()
    {
        Account shared = new();

        InvalidOperationException wrong = Assert.Throws<InvalidOperationException>(() => Simulation.Run(
            seed: 7, () => shared, _ => 1L, Short));

        Assert.Contains("returned the same Account twice", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InvalidOptions_AreThrown() => Assert.Throws<ArgumentException>(() => Simulation.Run(
        seed: 7, () => new Account(), _ => 1L, Short with { Configure = options => options.MaximumElectionTimeout = TimeSpan.FromTicks(1) }));

    [Fact]
    public void Apply_ThatThrows_IsAFinding_WithTheUsersFrame_TheSeedAndTheCommandToRepeatIt()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        SimulationReport<long, long> report = Simulation.Run(
            seed: 7, () => new FailingAccount(), _ => 1L, Short with { TraceFolder = folder });

        SimulationException broken = Assert.Throws<SimulationException>(report.ThrowIfViolated);

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        string[] lines = broken.Message.Split(Environment.NewLine);
        Assert.Matches("^Node n[1-3] failed: The state machine FailingAccount threw InvalidDataException", lines[0]);
        Assert.Equal("InvalidDataException: thirteen", lines[1]);
        Assert.Contains("FailingAccount.Apply", lines[2], StringComparison.Ordinal);
        Assert.Contains("Seed:   7. ", broken.Message, StringComparison.Ordinal);
        Assert.Matches(
            $"Repeat: dotnet (test --filter-method|run -- -method) \"{Regex.Escape(typeof(OwnStateMachineTests).FullName!)}."
                + $"{nameof(Apply_ThatThrows_IsAFinding_WithTheUsersFrame_TheSeedAndTheCommandToRepeatIt)}\"",
            broken.Message);
        Assert.Contains($"Trace:  {Path.Combine(folder, "a-node-failed-seed-7.txt")}", broken.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ms  send", broken.Message, StringComparison.Ordinal);
        Assert.Contains("violation", File.ReadLines(Path.Combine(folder, "a-node-failed-seed-7.txt")).Last(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "a-node-failed-seed-7.html")));
        Assert.IsNotType<SimulationException>(broken.InnerException);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Shrink_OfARunWithAMachineOfTheUser_RunsThatMachine()
    {
        SimulationReport<long, long> report = Simulation.Run(seed: 7, () => new FailingAccount(), _ => 1L, Short);

        ShrunkSimulation shrunk = Simulation.Shrink(report.Summary, Short);

        Assert.Equal(report.Summary.Violation!.Rule, shrunk.Report.Violation?.Rule);
        Assert.Empty(shrunk.Report.Faults);
    }

    [Fact]
    public void UndecidedHistory_IsNotNamedAViolation()
    {
        SimulationReport<long, long> report = Simulation.Run(
            seed: 7, () => new Account(), random => random.Next(100) - 20L, Short with { TraceFolder = "" });

        SimulationException undecided = Assert.Throws<SimulationException>(() => report.ThrowUnlessLinearizable(
            new OtherAccountModel(), new LinearizabilityOptions { MaximumSteps = 1 }));

        Assert.Equal("Whether the history is linearizable is undecided", undecided.Rule);
        Assert.StartsWith("Undecided: 1 steps did not suffice", undecided.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_AreThoseOfTheMomentOfTheLog()
    {
        TypedCommands<long, long> commands = new(() => new Account(), _ => 1L);
        SimulatedCluster cluster = new(seed: 1);
        commands.Prepare(cluster);
        cluster.Start();
        cluster.Elect("n1");
        SimulatedProposal late = commands.Submit(cluster, "1.1", new SeededRandom(1), "n1");

        commands.Finish(cluster);
        cluster.Settle();

        Assert.Equal(ProposalFate.Committed, late.Fate);
        Assert.Null(new OwnMachineCheck<long, long>(() => new Account(), commands.Log!, commands.Operations).FindContradiction());
    }

    [Fact]
    public void NoFailure_WritesNothing()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        Simulation.Run(seed: 7, () => new Account(), _ => 1L, Short with { TraceFolder = folder }).ThrowUnlessLinearizable();

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void EmptyTraceFolder_WritesNothing_AndShowsTheLastEvents()
    {
        SimulationReport<long, long> report = Simulation.Run(
            seed: 7, () => new FailingAccount(), _ => 1L, Short with { TraceFolder = "" });

        SimulationException broken = Assert.Throws<SimulationException>(report.ThrowIfViolated);

        Assert.DoesNotContain("Trace: ", broken.Message, StringComparison.Ordinal);
        Assert.Contains("The last events:", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LostUpdate_IsNotLinearizable_ToAModel_AndRightToTheMachineItself()
    {
        SimulationReport<long, long> report = Simulation.Run(seed: 7, () => new ForgetfulAccount(), _ => 1L, Short);

        report.ThrowUnlessLinearizable(); // all nodes forget alike
        Assert.Throws<SimulationException>(() => report.ThrowUnlessLinearizable(new AccountModel()));
    }

    [Fact]
    public void ApplyAsync_ThatAwaitsRealTime_IsReportedWithItsMethod()
    {
        SimulationReport report = Simulation.Run(
            seed: 7, () => new DelayingMachine(), _ => new byte[] { 1 }, Short with { TraceFolder = "" });

        SimulationException escaped = Assert.Throws<SimulationException>(report.ThrowIfViolated);
        TestContext.Current.TestOutputHelper?.WriteLine(escaped.Message);
        Assert.StartsWith("ESCAPED: ", escaped.Message, StringComparison.Ordinal);
        Assert.Contains("through an await in "
            + "Raft.Testing.Tests.Simulations.OwnStateMachineTests.DelayingMachine.ApplyAsync", escaped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_ThatLeavesTheThread_IsReportedWithTheMethodItCameThrough()
    {
        SimulatedWorld world = new();
        IClockTimer timer = world.Clock.CreateTimer(() =>
        {
            Thread elsewhere = new(() => UseFromElsewhere(world));
            elsewhere.Start();
            elsewhere.Join();
        });
        timer.Set(TimeSpan.FromSeconds(1));
        world.Step();

        SimulationException escaped = Assert.Throws<SimulationException>(() => world.Step());
        Assert.Contains(
            "through Raft.Testing.Tests.Simulations.OwnStateMachineTests.UseFromElsewhere", escaped.Message, StringComparison.Ordinal);
    }

    private static void UseFromElsewhere(SimulatedWorld world) => world.Clock.CreateTimer(static () => { }).Set(TimeSpan.FromSeconds(1));

    private static SimulationReport RunBytes(ulong seed) =>
        Simulation.Run(
            seed,
            static () => new Contracts.Counter(Contracts.CounterDefect.None),
            static random => new[] { (byte)random.Next(100) },
            Short);

    /// <summary>Adds up, and never falls below zero.</summary>
    private class Account() : StateMachine<long, long>(Codec.Int64, Codec.Int64)
    {
        protected long Balance { get; set; }

        protected override long Apply(long command, in CommandContext context) => Balance + command < 0
            ? throw new CommandRejectedException($"The balance is {Balance}.")
            : Balance += command;
    }

    private sealed class BiasedAccount(int bias) : Account
    {
        protected override long Apply(long command, in CommandContext context) =>
            base.Apply(command, in context) + (context.Index > 20 ? bias : 0);
    }

    private sealed class FailingAccount : Account
    {
        protected override long Apply(long command, in CommandContext context) =>
            Balance == 12 ? throw new InvalidDataException("thirteen") : base.Apply(command, in context);
    }

    private sealed class ForgetfulAccount : Account
    {
        protected override long Apply(long command, in CommandContext context) =>
            context.Index % 10 == 0 ? Balance + command : base.Apply(command, in context);
    }

    private sealed class DelayingMachine : IStateMachine
    {
        public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping) => await Task.Delay(10, stopping);
    }

    private sealed class AccountModel : SequentialModel<long, long, long>
    {
        public override long InitialState => 0;

        public override long Apply(long state, long input, out long output) => output = state + input < 0 ? state : state + input;
    }

    private sealed class OtherAccountModel : SequentialModel<long, long, long>
    {
        public override long InitialState => 0;

        public override long Apply(long state, long input, out long output) => output = state + input + 1;
    }
}
