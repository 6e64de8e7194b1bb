#pragma warning disable CA1859 // the interface is what a test is about

namespace Raft.Testing.Tests.Contracts;

/// <summary>The code of generic types is read for each of their instantiations; what is left out is reported.</summary>
public sealed class GenericMachineTests
{
    [Fact]
    public void Handlers_WithACommonGenericBase_AreAllRead()
    {
        string[] callers = [.. MachineCode.Search(typeof(Dispatcher)).Select(static call => call.Caller)];

        Assert.Contains("Last.Handle", callers);
    }

    /// <summary>Each call makes another type, without end.</summary>
    [Fact]
    public void Recursion_OverTypes_Ends()
    {
        string[] callers = [.. MachineCode.Search(typeof(Recursive)).Select(static call => call.Caller)];

        Assert.Contains("Recursive.Year", callers);
        Assert.InRange(callers.Length, 1, 2_001);
    }

    [Fact]
    public void Recursion_OverTypesWithoutADefect_IsNotReported()
    {
        Assert.Empty(MachineCode.Search(typeof(Harmless)));
        Assert.Empty(MachineCode.Search(typeof(Chain)));
    }

    /// <summary>Each of the arguments grows by itself: there are millions of combinations.</summary>
    [Theory]
    [InlineData(typeof(Widening), "Widening.Year")]
    [InlineData(typeof(Wide), "Wide.Grow")]
    public void Recursion_OverSeveralArguments_EndsAndIsReported(Type machine, string method)
    {
        IReadOnlyList<DifferingCall> calls = MachineCode.Search(machine);

        DifferingCall unread = Assert.Single(
            calls, static call => call.Reason.Contains("more than 2000 combinations", StringComparison.Ordinal));
        Assert.Equal((method, method), (unread.Caller, unread.CalledName));
        Assert.InRange(calls.Count, 1, 2_001);
    }

    [Fact]
    public async Task Code_ThatIsNotReadCompletely_IsRefusedUnlessItIsAllowed()
    {
        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(ContractOf([]).CodeCallsNothingThatDiffers);

        Assert.Contains(
            "Wide.Grow calls Wide.Grow. It has more than 2000 combinations of type arguments", broken.Message, StringComparison.Ordinal);
        await ContractOf(["Wide.Grow"]).CodeCallsNothingThatDiffers();

        static StateMachineContract<Wide> ContractOf(string[] allowed) =>
            new(static () => new Wide(), static random => Codec.Encode(Codec.Utf8, random.NextKey())) { AllowedCalls = allowed };
    }

    /// <summary>Ordinary tuples and dictionaries are made of many types.</summary>
    [Fact]
    public void Arguments_OfManyTypes_AreRead()
    {
        string[] callers = [.. MachineCode.Search(typeof(Tables)).Select(static call => call.Caller)];

        Assert.Equal(["Table.Day", "Table.Hour", "Table.Year"], callers.Order(StringComparer.Ordinal));
    }

    private sealed class Tables : Keeper
    {
        protected override string Answer(string key, in CommandContext context) =>
            $"{Table<(int?, int?, int?, int?, int?, int?, int?)>.Year()} "
            + $"{Table<List<(int?, long?)>>.Day<Dictionary<(int?, int?, int?), List<(long?, long?, long?)>>>()} "
            + $"{Table<(Four<Four<Four<int?>>>, Four<(int?, int?, int?)>)>.Hour()}";
    }

    private sealed class Table<T>
    {
        public static int Year() => typeof(T).IsValueType ? DateTime.UtcNow.Year : 0;

        public static int Day<TKey>() => typeof(T) == typeof(TKey) ? 0 : DateTime.UtcNow.Day;

        public static int Hour() => typeof(T).IsValueType ? 0 : DateTime.UtcNow.Hour;
    }

    private sealed class Four<T>
    {
        public (T, T, T, T) Values { get; set; }
    }

    /// <summary>It has no clock, and its types grow one by one, by seven, and in two ways.</summary>
    private sealed class Harmless : Keeper
    {
        protected override string Answer(string key, in CommandContext context) =>
            $"{One<int>(key.Length) + Seven<int>(key.Length) + new Nest<int>(key.Length).Deeper()}";

        private static int One<T>(int depth) => depth == 0 ? 0 : One<List<T>>(depth - 1);

        private static int Seven<T>(int depth) => depth == 0 ? 0 : Seven<(T, T, T, T, T, T, T)>(depth - 1);
    }

    /// <summary>Each link makes a larger one, behind an interface.</summary>
    private sealed class Chain : Keeper
    {
        private readonly ILink _first = new Link<int>();

        private interface ILink
        {
            ILink Next();
        }

        protected override string Answer(string key, in CommandContext context) => $"{_first.Next().Next() is Link<int>}";

        private sealed class Link<T> : ILink
        {
            public ILink Next() => new Link<Link<T>>();
        }
    }

    private sealed class Wide : Keeper
    {
        protected override string Answer(string key, in CommandContext context) =>
            $"{Grow<int, int, int, int, int, int, int, int>(key.Length)}";

        private static int Grow<T1, T2, T3, T4, T5, T6, T7, T8>(int depth) => depth == 0
            ? 0
            : Grow<List<T1>, T2, T3, T4, T5, T6, T7, T8>(depth - 1) + Grow<T1, List<T2>, T3, T4, T5, T6, T7, T8>(depth - 1)
                + Grow<T1, T2, List<T3>, T4, T5, T6, T7, T8>(depth - 1) + Grow<T1, T2, T3, List<T4>, T5, T6, T7, T8>(depth - 1)
                + Grow<T1, T2, T3, T4, List<T5>, T6, T7, T8>(depth - 1) + Grow<T1, T2, T3, T4, T5, List<T6>, T7, T8>(depth - 1)
                + Grow<T1, T2, T3, T4, T5, T6, List<T7>, T8>(depth - 1) + Grow<T1, T2, T3, T4, T5, T6, T7, List<T8>>(depth - 1);
    }

    private sealed class Widening : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Year<int, int, int>(3)}";

        private static int Year<T1, T2, T3>(int depth) => depth == 0
            ? DateTime.UtcNow.Year
            : Year<List<T1>, T2, T3>(depth - 1) + Year<T1[], T2, T3>(depth - 1) + Year<T1, List<T2>, T3>(depth - 1)
                + Year<T1, T2[], T3>(depth - 1) + Year<T1, T2, List<T3>>(depth - 1) + Year<T1, T2, T3[]>(depth - 1);
    }

    /// <summary>Twenty types use the base before the one that asks the clock.</summary>
    private sealed class Dispatcher : Keeper
    {
        protected override string Answer(string key, in CommandContext context)
        {
            _ = new Other<byte>().Run() + new Other<sbyte>().Run() + new Other<short>().Run() + new Other<ushort>().Run()
                + new Other<int>().Run() + new Other<uint>().Run() + new Other<long>().Run() + new Other<ulong>().Run()
                + new Other<float>().Run() + new Other<double>().Run() + new Other<decimal>().Run() + new Other<char>().Run()
                + new Other<bool>().Run() + new Other<string>().Run() + new Other<Guid>().Run() + new Other<DateTime>().Run()
                + new Other<TimeSpan>().Run() + new Other<DateOnly>().Run() + new Other<TimeOnly>().Run() + new Other<Index>().Run();
            return $"{new Last().Run()}";
        }
    }

    private abstract class Handler<T>
    {
        public int Run() => Handle();

        protected abstract int Handle();
    }

    private sealed class Other<T> : Handler<T>
    {
        protected override int Handle() => 1;
    }

    private sealed class Last : Handler<Last>
    {
        protected override int Handle() => DateTime.UtcNow.Year;
    }

    private sealed class Recursive : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Year<int>(3) + Pair<int, long>(3)}";

        private static int Year<T>(int depth) =>
            depth == 0 ? DateTime.UtcNow.Year : Year<T[]>(depth - 1) + Year<List<T>>(depth - 1);

        private static int Pair<TFirst, TSecond>(int depth) =>
            depth == 0 ? 0 : Pair<TSecond, Dictionary<int, TFirst>>(depth - 1) + new Nest<(TFirst, TSecond)>(depth - 1).Deeper();
    }

    private sealed class Nest<T>(int depth)
    {
        public int Deeper() => depth == 0 ? 0 : new Nest<Nest<T>>(depth - 1).Deeper();
    }
}
