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

    [Fact]
    public Task Clock_ThatOnlyMeasures_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        """
        private readonly System.Diagnostics.Metrics.Histogram<double> _duration = null!;
            private readonly ILogger? _logger = null;
            private readonly TimeProvider _time = TimeProvider.System;
            private long _balance;
        """,
        """
        long start = Stopwatch.GetTimestamp();
        _balance++;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        _duration.Record(elapsed.TotalMilliseconds);
        return _balance;
        """,
        """
        Stopwatch watch = Stopwatch.StartNew();
        _balance++;
        watch.Stop();
        _duration.Record(watch.Elapsed.TotalMilliseconds);
        return _balance;
        """,
        """
        var watch = Stopwatch.StartNew();
        double elapsed = watch.ElapsedTicks / (double)Stopwatch.Frequency;
        _duration.Record(Math.Max(elapsed, 1));
        return _balance;
        """,
        """
        long start = _time.GetTimestamp();
        try { return _balance++; } finally { _duration.Record(_time.GetElapsedTime(start).TotalSeconds); }
        """,
        """
        DateTime start = DateTime.UtcNow;
        TimeSpan elapsed;
        elapsed = DateTime.UtcNow - start;
        if (elapsed > TimeSpan.FromSeconds(1)) { _logger?.LogWarning("Slow: {Elapsed}", elapsed); }
        return _balance;
        """));

    [Fact]
    public Task Clock_ThatMeasuresAndDecides_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "private readonly ILogger _logger = null!; private long _balance;",
        """
        long start = {|RAFT0001:Stopwatch.GetTimestamp()|};
        TimeSpan elapsed = {|RAFT0001:Stopwatch.GetElapsedTime(start)|};
        _logger.LogInformation("Took {Elapsed}", elapsed);
        if (elapsed > TimeSpan.FromSeconds(1)) { _balance++; }
        return 0;
        """,
        "Stopwatch watch = {|RAFT0001:Stopwatch.StartNew()|}; watch.Stop(); return {|RAFT0001:watch.ElapsedTicks|};",
        "TimeSpan age = {|RAFT0001:DateTimeOffset.UtcNow|} - context.Time; _balance = age.Ticks; return 0;"));

    [Fact]
    public Task Clock_InAnAccessorThatIsNotUsed_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        """
        private long _time;
            private long Reading { get => _time; set => _time = DateTime.UtcNow.Ticks; }
            private long Writing { get => DateTime.UtcNow.Ticks; set => _time = value; }
        """,
        "Writing = 5; (Writing, long other) = (1, 2); return Reading + other;"));

    [Fact]
    public Task Clock_InAnAccessorThatIsUsed_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "Both += 5; Assigned = 3; return Read;",
        """
        private long _time;
            private long Both { get => {|RAFT0001:DateTime.UtcNow|}.Ticks; set => _time = {|RAFT0001:DateTime.Now|}.Ticks; }
            private long Assigned { get => DateTime.UtcNow.Ticks; set => _time = {|RAFT0001:DateTime.UtcNow|}.Ticks; }
            private long Read { get => {|RAFT0001:DateTime.UtcNow|}.Ticks; set => _time = DateTime.UtcNow.Ticks; }
        """));

    [Fact]
    public Task Clock_InWhatAStatementOrAnOperatorCalls_IsReported() => Verify.StateMachineAsync(Code.Apply(
        """
        using (Scope scope = new()) { }
        using Scope other = new();
        foreach (int item in new Items()) { }
        Sum sum = new();
        sum += 1;
        sum++;
        return 0;
        """,
        types: """
            public sealed class Scope : IDisposable { public void Dispose() => Prices.Last = {|RAFT0001:DateTime.UtcNow|}; }
            public static class Prices { public static DateTime Last { set { } } }
            public sealed class Items
            {
                public IEnumerator<int> GetEnumerator() { yield return {|RAFT0001:DateTime.UtcNow|}.Day; }
            }
            public sealed class Sum
            {
                public static Sum operator +(Sum left, int right) { _ = {|RAFT0001:DateTime.UtcNow|}; return left; }
                public static Sum operator ++(Sum value) { _ = {|RAFT0001:DateTime.Now|}; return value; }
            }
            """));
}
