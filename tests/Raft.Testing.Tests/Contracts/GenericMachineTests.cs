namespace Raft.Testing.Tests.Contracts;

/// <summary>The code of generic types is read for each of their instantiations, and for those of a limited size.</summary>
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
        Assert.InRange(callers.Length, 1, 1_000);
    }

    /// <summary>Each of three arguments grows by itself: a limit for each would allow millions of methods.</summary>
    [Fact]
    public void Recursion_OverSeveralArguments_Ends()
    {
        string[] callers = [.. MachineCode.Search(typeof(Widening)).Select(static call => call.Caller)];

        Assert.Contains("Widening.Year", callers);
        Assert.InRange(callers.Length, 1, 30_000);
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
