using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>RAFT0001.</summary>
public class WallClockTests
{
    [Fact]
    public Task Clock_InApply_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return {|RAFT0001:DateTime.UtcNow|}.Ticks;",
        "return {|RAFT0001:DateTime.Now|}.Ticks;",
        "return {|RAFT0001:DateTime.Today|}.Ticks;",
        "return {|RAFT0001:DateTimeOffset.UtcNow|}.Ticks;",
        "return {|RAFT0001:TimeProvider.System.GetUtcNow()|}.Ticks;",
        "return {|RAFT0001:Stopwatch.GetTimestamp()|};",
        "return {|RAFT0001:Environment.TickCount64|};",
        "Func<DateTime> now = () => {|RAFT0001:DateTime.UtcNow|}; return now().Ticks;",
        "long Now() => {|RAFT0001:DateTime.UtcNow|}.Ticks; return Now();"));

    [Fact]
    public Task Clock_ThatADerivedProviderOverrides_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "return {|RAFT0001:_clock.GetUtcNow()|}.Ticks;",
        "private readonly FixedTime _clock = new();",
        "public sealed class FixedTime : TimeProvider { public override DateTimeOffset GetUtcNow() => default; }"));

    [Fact]
    public Task Clock_OfTheCommand_IsNotReported() => Verify.StateMachineAsync(Code.Apply("return context.Time.Ticks;"));

    [Fact]
    public Task Clock_InAHelperOfAHelper_IsReportedThere() => Verify.StateMachineAsync(Code.Apply(
        "return Prices.Current(command);",
        types: """
            public static class Prices
            {
                public static long Current(string name) => new Quote(name).Value;
            }

            public sealed class Quote(string name)
            {
                public long Value { get { return name.Length + {|RAFT0001:DateTime.UtcNow|}.Ticks; } }
            }
            """));

    [Fact]
    public Task Clock_InAnotherFile_IsReportedThere() => Verify.StateMachinesAsync(
        Code.Apply("return Prices.Current();"),
        Code.Types("public static class Prices { public static long Current() => {|RAFT0001:DateTime.UtcNow|}.Ticks; }"));

    [Fact]
    public Task Clock_ThatOnlyReadsOutsideOfApplyUse_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "return _time = context.Time.Ticks;",
        "private long _time; public TimeSpan Age => TimeSpan.FromTicks(DateTime.UtcNow.Ticks - _time);"));

    [Fact]
    public Task Clock_ForALogAndAMetric_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        long start = Stopwatch.GetTimestamp();
        _logger.LogInformation("At {Time}", DateTime.UtcNow);
        _duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        return 0;
        """,
        """
        private readonly System.Diagnostics.Metrics.Histogram<double> _duration = null!;
        private readonly ILogger _logger = null!;
        """));

    [Fact]
    public Task Clock_ForAMetricAndTheState_IsReported() => Verify.StateMachineAsync(Code.Apply(
        """
        long start = {|RAFT0001:Stopwatch.GetTimestamp()|};
        _logger.LogInformation("At {Time}", start);
        return start;
        """,
        "private readonly ILogger _logger = null!;"));

    [Fact]
    public Task Clock_AsTheInitialValueOfAFieldThatApplyUses_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "return _started.Ticks;",
        """
        private readonly DateTime _started = {|RAFT0001:DateTime.UtcNow|};
            private readonly DateTime _other = DateTime.UtcNow;
            public DateTime Other => _other;
        """));

    [Fact]
    public Task Clock_InAnOverrideThatABaseClassCalls_IsReported() => Verify.StateMachineAsync(Code.Types(
        """
        public abstract class Base() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            protected override long Apply(string command, in CommandContext context) => Handle(command);

            protected abstract long Handle(string command);
        }

        public sealed class Derived : Base
        {
            protected override long Handle(string command) => {|RAFT0001:DateTime.UtcNow|}.Ticks;
        }
        """));

    [Fact]
    public Task Clock_InAnImplementationOfIStateMachine_IsReported() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed class Plain : IStateMachine
        {
            private long _time;

            public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
            {
                _time = {|RAFT0001:DateTime.UtcNow|}.Ticks;
                return ValueTask.CompletedTask;
            }
        }
        """));

    [Fact]
    public Task Clock_InAClassThatIsNotAStateMachine_IsNotReported() => Verify.StateMachineAsync(Code.Types(
        "public sealed class Other { public DateTime Apply() => DateTime.UtcNow; }"));

    [Fact]
    public Task Clock_Suppressed_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        #pragma warning disable RAFT0001
        return DateTime.UtcNow.Ticks;
        #pragma warning restore RAFT0001
        """));
}
