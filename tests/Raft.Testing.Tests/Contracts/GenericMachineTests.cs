namespace Raft.Testing.Tests.Contracts;

/// <summary>The code of generic types is read for each of their instantiations, and for a limited number of nested ones.</summary>
public sealed class GenericMachineTests
{
    [Fact]
    public void Handlers_WithACommonGenericBase_AreAllRead()
    {
        string[] callers = [.. MachineCode.Search(typeof(Dispatcher)).Select(static call => call.Caller)];

        Assert.Contains("Last.Now", callers);
    }

    /// <summary>Each call makes another type, without end.</summary>
    [Fact]
    public void Recursion_OverTypes_Ends()
    {
        string[] callers = [.. MachineCode.Search(typeof(Recursive)).Select(static call => call.Caller)];

        Assert.Contains("Recursive.Year", callers);
        Assert.InRange(callers.Length, 1, 1_000);
    }

    /// <summary>Twenty types use the base before the one that asks the clock.</summary>
    private sealed class Dispatcher : Keeper
    {
        protected override string Answer(string key, in CommandContext context)
        {
            _ = Run<A<byte>>() + Run<A<sbyte>>() + Run<A<short>>() + Run<A<ushort>>() + Run<A<int>>() + Run<A<uint>>() + Run<A<long>>()
                + Run<A<ulong>>() + Run<A<float>>() + Run<A<double>>() + Run<A<decimal>>() + Run<A<char>>() + Run<A<bool>>()
                + Run<A<string>>() + Run<A<Guid>>() + Run<A<DateTime>>() + Run<A<TimeSpan>>() + Run<A<DateOnly>>() + Run<A<TimeOnly>>()
                + Run<A<Index>>();
            return $"{Run<Last>()}";
        }

        private static int Run<T>()
            where T : IHandler, new() => new Base<T>().Handle();
    }

    private interface IHandler
    {
        int Handle();
    }

    private sealed class Base<T>
        where T : IHandler, new()
    {
        public int Handle() => new T().Handle();
    }

    private sealed class A<T> : IHandler
    {
        public int Handle() => typeof(T).Name.Length;
    }

    private sealed class Last : IHandler
    {
        public int Handle() => Now();

        private static int Now() => DateTime.UtcNow.Year;
    }

    private sealed class Recursive : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Year<int>(3) + Pair<int, long>(3)}";

        private static int Year<T>(int depth) =>
            depth == 0 ? DateTime.UtcNow.Year : Year<T[]>(depth - 1) + Year<List<T>>(depth - 1);

        private static int Pair<TFirst, TSecond>(int depth) =>
            depth == 0 ? 0 : Pair<TSecond, Dictionary<int, TFirst>>(depth - 1) + new Nest<(TFirst, TSecond)>().Deeper(depth - 1);
    }

    private sealed class Nest<T>
    {
        public int Deeper(int depth) => depth == 0 ? 0 : new Nest<Nest<T>>().Deeper(depth - 1);
    }
}
