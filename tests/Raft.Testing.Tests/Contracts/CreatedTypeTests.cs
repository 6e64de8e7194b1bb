#pragma warning disable CA1859 // the interfaces are what these tests are about

namespace Raft.Testing.Tests.Contracts;

/// <summary>Code behind an interface is found, however the value behind it comes into being.</summary>
public sealed class CreatedTypeTests
{
    public static TheoryData<string> Machines =>
    [
        nameof(StructBehindAnInterface), nameof(StructOfAnArray), nameof(StructOfATypeParameter), nameof(StructThatMayBeNull),
        nameof(StructInAVariable), nameof(StaticAbstractMethod), nameof(StaticAbstractOperator), nameof(StaticMethodWithADefault),
        nameof(StaticMethodThatIsPassedOn), nameof(NewOfATypeParameter), nameof(InterfaceOfAnotherArgument), nameof(GenericOverride),
        nameof(GenericImplementation), nameof(AsynchronousMethod),
    ];

    private interface IClock
    {
        long Now { get; }
    }

    private interface IHandler
    {
        static abstract int Handle();
    }

    private interface IWithDefault
    {
        static virtual int Handle() => DateTime.UtcNow.Year;
    }

    private interface IReader<in T>
    {
        int Read(T value);
    }

    private interface IRunner
    {
        int Run<T>()
            where T : IHandler;
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Clock_BehindAnInterface_IsFound(string machine)
    {
        Type type = typeof(CreatedTypeTests).GetNestedType(machine, System.Reflection.BindingFlags.NonPublic)!;

        DifferingCall call = Assert.Single(MachineCode.Search(type));

        Assert.Equal("DateTime.UtcNow", call.CalledName);
    }

    [Fact]
    public void Clock_OfATypeThatIsNeverCreated_IsNotFound() => Assert.Empty(MachineCode.Search(typeof(OtherClock)));

    private struct SystemClock : IClock
    {
        public readonly long Now => DateTime.UtcNow.Ticks;
    }

    private struct LogClock : IClock
    {
        public readonly long Now => 5;
    }

    private struct Slot(int number) : IComparable<Slot>
    {
        public int Number { get; } = number;

        public readonly int CompareTo(Slot other) => DateTime.UtcNow.Year - other.Number;
    }

    private sealed class StructBehindAnInterface : Keeper
    {
        protected override string Answer(string key, in CommandContext context)
        {
            IClock clock = new SystemClock();
            return $"{clock.Now > 0}";
        }
    }

    private sealed class StructOfAnArray : Keeper
    {
        private readonly SystemClock[] _clocks = new SystemClock[1];

        protected override string Answer(string key, in CommandContext context) => Read(_clocks[0]);

        private static string Read(IClock clock) => $"{clock.Now > 0}";
    }

    private sealed class StructOfATypeParameter : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => Read<SystemClock>();

        private static string Read<T>()
            where T : struct, IClock => $"{default(T).Now > 0}";
    }

    private sealed class StructThatMayBeNull : Keeper
    {
        private SystemClock? _clock;

        protected override string Answer(string key, in CommandContext context)
        {
            _clock ??= default(SystemClock);
            object clock = _clock;
            return $"{((IClock)clock).Now > 0}";
        }
    }

    /// <summary>The compiler calls the constructor of a variable without newobj; sorting calls CompareTo.</summary>
    private sealed class StructInAVariable : Keeper
    {
        protected override string Answer(string key, in CommandContext context)
        {
            Slot slot = new(key.Length);
            Slot[] slots = [slot, slot];
            Array.Sort(slots);
            return $"{slots[0].Number}";
        }
    }

    private sealed class StaticAbstractMethod : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Run<Handler>()}";

        private static int Run<T>()
            where T : IHandler => T.Handle();

        private sealed class Handler : IHandler
        {
            public static int Handle() => DateTime.UtcNow.Year;
        }
    }

    private sealed class StaticAbstractOperator : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Sum(default(Years), default).Number}";

        private static T Sum<T>(T first, T second)
            where T : System.Numerics.IAdditionOperators<T, T, T> => first + second;

        private readonly record struct Years(int Number) : System.Numerics.IAdditionOperators<Years, Years, Years>
        {
            public static Years operator +(Years left, Years right) => new(left.Number + right.Number + DateTime.UtcNow.Year);
        }
    }

    private sealed class StaticMethodWithADefault : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Run<Handler>()}";

        private static int Run<T>()
            where T : IWithDefault => T.Handle();

        private sealed class Handler : IWithDefault;
    }

    private sealed class StaticMethodThatIsPassedOn : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Run<Handler>()()}";

        private static Func<int> Run<T>()
            where T : IHandler => T.Handle;

        private struct Handler : IHandler
        {
            public static int Handle() => DateTime.UtcNow.Year;
        }
    }

    private sealed class AsynchronousMethod : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{RunAsync<Handler>().Result}";

        private static async Task<int> RunAsync<T>()
            where T : IHandler
        {
            await Task.CompletedTask;
            return T.Handle();
        }

        private struct Handler : IHandler
        {
            public static int Handle() => DateTime.UtcNow.Year;
        }
    }

    private sealed class NewOfATypeParameter : Keeper
    {
        protected override string Answer(string key, in CommandContext context) => $"{Make<Clock>().Now > 0}";

        private static IClock Make<T>()
            where T : IClock, new() => new T();

        private sealed class Clock : IClock
        {
            public long Now => DateTime.UtcNow.Ticks;
        }
    }

    private sealed class InterfaceOfAnotherArgument : Keeper
    {
        private readonly IReader<string> _reader = new Reader();

        protected override string Answer(string key, in CommandContext context) => $"{_reader.Read(key)}";

        private sealed class Reader : IReader<object>
        {
            public int Read(object value) => DateTime.UtcNow.Year;
        }
    }

    private sealed class GenericOverride : Keeper
    {
        private readonly Runner _runner = new OwnRunner();

        protected override string Answer(string key, in CommandContext context) => $"{_runner.Run<Handler>()}";

        private abstract class Runner
        {
            public abstract int Run<T>()
                where T : IHandler;
        }

        private sealed class OwnRunner : Runner
        {
            public override int Run<T>() => T.Handle();
        }

        private struct Handler : IHandler
        {
            public static int Handle() => DateTime.UtcNow.Year;
        }
    }

    private sealed class GenericImplementation : Keeper
    {
        private readonly IRunner _runner = new OwnRunner();

        protected override string Answer(string key, in CommandContext context) => $"{_runner.Run<Handler>()}";

        private sealed class OwnRunner : IRunner
        {
            public int Run<T>()
                where T : IHandler => T.Handle();
        }

        private struct Handler : IHandler
        {
            public static int Handle() => DateTime.UtcNow.Year;
        }
    }

    private sealed class OtherClock : Keeper
    {
        protected override string Answer(string key, in CommandContext context)
        {
            IClock clock = new LogClock();
            return $"{clock.Now} {clock is SystemClock} {typeof(SystemClock).Name}";
        }
    }
}
