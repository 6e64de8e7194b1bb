namespace Raft.Testing.Tests.Contracts;

/// <summary>What differs between nodes is found, although the instances of one process do not differ.</summary>
public sealed class DifferingMachineTests
{
    private const string Code = nameof(StateMachineContract<>.CodeCallsNothingThatDiffers);
    private const string Processes = nameof(StateMachineContract<>.OtherProcessesDoNotMatter);
    private const string Restored = nameof(StateMachineContract<>.RestoredMachineMatchesTheCapturedOne);
    private const string Comparers = nameof(StateMachineContract<>.RestoredMachineKeepsItsComparers);

    public static TheoryData<string> Clauses => [.. ContractOf(typeof(RightKeeper)).Clauses];

    /// <summary>A machine, the clause that finds it, and what the message says.</summary>
    public static TheoryData<string, string, string> Differing => new()
    {
        { nameof(HourOfTheClock), Code, "HourOfTheClock.Answer calls DateTime.Now. The clock differs" },
        { nameof(DateOfTheClock), Code, "DateOfTheClock.Answer calls DateTime.Today. The clock differs" },
        { nameof(DateOfTheClock), Processes, "It suffices to change the time zone UTC" },
        { nameof(ExpiryByTheClock), Code, "ExpiryByTheClock.Answer calls DateTime.UtcNow. The clock differs" },
        { nameof(HoursSinceTheStart), Code, "HoursSinceTheStart.Answer calls Environment.TickCount64. The clock differs" },
        { nameof(ZoneOfTheMachine), Processes, "It suffices to change the time zone UTC+14, or the time zone UTC-12" },
        { nameof(NameOfTheMachine), Code, "new NameOfTheMachine calls Environment.MachineName. It differs between machines" },
        { nameof(NumberOfTheProcess), Code, "NumberOfTheProcess.Answer calls Environment.ProcessId. It differs between machines" },
        { nameof(NumberOfTheProcess), Processes, "A process with the same surroundings differs as well" },
        { nameof(WorkingDirectory), Processes, "It suffices to change the working directory." },
        { nameof(NumberOfProcessors), Code, "new NumberOfProcessors calls Environment.ProcessorCount" },
        { nameof(NameOfTheUser), Code, "NameOfTheUser.Answer calls Environment.GetEnvironmentVariable" },
        { nameof(NameOfTheUser), Processes, "It suffices to change the environment variables of the user." },
        { nameof(OrderOfAnImmutableSet), Processes, "A process with the same surroundings differs as well: look for hash codes" },
        { nameof(OrderOfAHashtable), Processes, "A process with the same surroundings differs as well: look for hash codes" },
        { nameof(HashCodeOfAKey), Code, "HashCodeOfAKey.Answer calls String.GetHashCode. Hash codes differ" },
        { nameof(SumOfAParallelLoop), Code, "SumOfAParallelLoop.Answer calls Parallel.For. The order in which threads run differs" },
        { nameof(ChanceThatIsRare), Code, "ChanceThatIsRare.Answer calls Random.Shared. It differs on every node" },
        { nameof(IdThatNobodySees), Code, "IdThatNobodySees.Answer calls Guid.NewGuid. It differs on every node" },
        { nameof(LostComparer), Comparers, "LostComparer._counts compares its keys by StringComparer.OrdinalIgnoreCase in the captured" },
        { nameof(LostComparer), Restored, "resulted in" },
        { nameof(LostComparerOfAQueue), Comparers, "._queue compares its keys by StringComparer.Ordinal in the captured" },
        { nameof(OrderOfASet), Restored, "resulted in" },
    };

    [Theory]
    [MemberData(nameof(Differing))]
    public async Task DifferingMachine_InTheClauseForIt_IsRefused(string machine, string clause, string message)
    {
        StateMachineContract<StateMachine<string, string>> contract = ContractOf(Find(machine));

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(() => contract.RunAsync(clause));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Contains(message, broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clauses))]
    public Task RightMachine_InEveryClause_Holds(string clause) => ContractOf(typeof(RightKeeper)).RunAsync(clause);

    [Fact]
    public async Task HiddenClock_InEveryPlace_IsFound()
    {
        StateMachineContract<StateMachine<string, string>> contract = ContractOf(typeof(HiddenClock));

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(() => contract.RunAsync(Code));

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.Contains("calls DateTime.UtcNow. The clock differs", broken.Message, StringComparison.Ordinal);
        Assert.Superset(
            new HashSet<string>(["Watch.Look", "HiddenClock.Years", "HiddenClock.YearAsync", "Generic.Year", "HiddenClock.Answer"]),
            new HashSet<string>(MachineCode.Search(typeof(HiddenClock)).Select(static call => call.Caller)));
    }

    [Fact]
    public async Task AllowedCall_NamedByItsCaller_IsAccepted() => await new StateMachineContract<Keeper>(
        static () => new ExpiryByTheClock(), static random => Codec.Encode(Codec.Utf8, random.NextKey()))
    {
        AllowedCalls = ["ExpiryByTheClock.Answer"],
    }.CodeCallsNothingThatDiffers();

    /// <summary>Keys that no comparer confuses do not show what is lost; the comparer itself does.</summary>
    [Fact]
    public async Task LostComparer_KeysThatDoNotTrap_IsFoundByItsFieldOnly()
    {
        StateMachineContract<LostComparer> contract = StateMachineContract.For<LostComparer, string, string>(
            static () => new LostComparer(), static random => $"key {random.Next(10)}");

        await contract.RestoredMachineMatchesTheCapturedOne();
        await Assert.ThrowsAsync<ContractBrokenException>(contract.RestoredMachineKeepsItsComparers);
    }

    [Theory]
    [InlineData(true, "LostComparerOfAPart._queue[...].Item1 compares its keys by StringComparer.OrdinalIgnoreCase in the captured")]
    [InlineData(false, "LostComparerOfAPart._pair.Item1 compares its keys by StringComparer.Ordinal in the captured")]
    public async Task LostComparer_OfAPartOfAQueueOrTuple_IsFound(bool isInQueue, string message)
    {
        StateMachineContract<LostComparerOfAPart> contract = StateMachineContract.For<LostComparerOfAPart, string, string>(
            () => new LostComparerOfAPart(isInQueue), static random => random.NextKey());

        ContractBrokenException broken =
            await Assert.ThrowsAsync<ContractBrokenException>(contract.RestoredMachineKeepsItsComparers);

        Assert.Contains(message, broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_CapturesWhatNoProcessCanPass_SaysWhatItIs()
    {
        using MemoryStream stream = new();
        StateMachineContract<Keeper> contract = new(
            () => stream.CanRead ? new RightKeeper() : new WorkingDirectory(), static random => Codec.Encode(Codec.Utf8, random.NextKey()));

        InvalidOperationException refused = await Assert.ThrowsAnyAsync<InvalidOperationException>(contract.OtherProcessesDoNotMatter);

        Assert.Contains("'stream' is captured and is a System.IO.MemoryStream", refused.Message, StringComparison.Ordinal);
        Assert.Contains("StartsProcesses", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_CapturesValues_PassesThem()
    {
        (string Name, DateTime Day, double Share, char Letter, long[] Numbers) values = ("x", DateTime.UnixEpoch, 0.1, 'y', [1, 2]);
        Func<string, Keeper> choose = name => name == "x" && values is { Share: 0.1, Letter: 'y', Numbers: [1, 2], Day.Year: 1970 }
            ? new RightKeeper()
            : throw new InvalidOperationException("Something was lost.");
        StateMachineContract<Keeper> contract = new(
            () => choose(values.Name), static random => Codec.Encode(Codec.Utf8, random.NextKey()), static keeper => keeper.Digest);

        await contract.OtherProcessesDoNotMatter();
    }

    [Fact]
    public void StartsProcesses_IsFalse_LeavesTheirClausesOut()
    {
        StateMachineContract<Keeper> contract = new(
            static () => new RightKeeper(), static random => Codec.Encode(Codec.Utf8, random.NextKey()))
        {
            StartsProcesses = false,
        };

        Assert.DoesNotContain(contract.Clauses, static clause => clause.StartsWith("OtherProcesses", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => { _ = contract.RunAsync(Processes); });
    }

    private static Type Find(string machine) =>
        typeof(Keeper).Assembly.GetType($"{typeof(Keeper).Namespace}.{machine}", throwOnError: true)!;

    private static StateMachineContract<StateMachine<string, string>> ContractOf(Type machine) =>
        StateMachineContract.For<StateMachine<string, string>, string, string>(
            () => (StateMachine<string, string>)Activator.CreateInstance(machine)!,
            static random => random.NextKey(),
            static made => made is Keeper keeper ? keeper.Digest : "");
}
