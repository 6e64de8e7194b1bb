using Raft.Analyzers.StateMachines;
using Raft.Analyzers.Tests.Verification;
using Raft.Analyzers.ValueTasks;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>What the code fixes make of the reported code.</summary>
public class CodeFixTests
{
    [Fact]
    public Task Clock_BecomesTheTimeOfTheCommand() => Verify.FixAsync<StateMachineAnalyzer, ContextTimeFix>(
        Code.Bodies(
            "",
            "return {|RAFT0001:DateTime.UtcNow|}.Ticks;",
            "return {|RAFT0001:DateTime.Now|}.Ticks + {|RAFT0001:DateTimeOffset.UtcNow|}.Ticks;"),
        Code.Bodies(
            "",
            "return context.Time.UtcDateTime.Ticks;",
            "return context.Time.UtcDateTime.Ticks + context.Time.Ticks;"));

    [Fact]
    public Task Culture_BecomesTheInvariantOne() => Verify.FixAsync<StateMachineAnalyzer, InvariantCultureFix>(
        Code.Bodies(
            "private double _rate = 1.5;",
            "return {|RAFT0005:_rate.ToString()|}.Length + {|RAFT0005:_rate.ToString(\"N2\")|}.Length;",
            "return (long){|RAFT0005:double.Parse(command)|} + {|RAFT0005:command.ToUpper()|}.Length;",
            "return $\"at {|RAFT0005:{_rate}|}\".Length;",
            "return {|RAFT0005:command.StartsWith(\"a\")|} ? 1 : {|RAFT0005:command.IndexOf(\"b\")|};",
            "return command.Equals(\"a\", {|RAFT0005:StringComparison.CurrentCultureIgnoreCase|}) ? 1 : 0;"),
        Code.Bodies(
            "private double _rate = 1.5;",
            "return _rate.ToString(CultureInfo.InvariantCulture).Length + _rate.ToString(\"N2\", CultureInfo.InvariantCulture).Length;",
            "return (long)double.Parse(command, CultureInfo.InvariantCulture) + command.ToUpperInvariant().Length;",
            "return string.Create(CultureInfo.InvariantCulture, $\"at {_rate}\").Length;",
            "return command.StartsWith(\"a\", StringComparison.Ordinal) ? 1 : command.IndexOf(\"b\", StringComparison.Ordinal);",
            "return command.Equals(\"a\", StringComparison.OrdinalIgnoreCase) ? 1 : 0;"));

    [Fact]
    public Task Culture_InAFileWithoutItsNamespace_AddsTheUsing() => Verify.FixAsync<StateMachineAnalyzer, InvariantCultureFix>(
        """
        // A header.
        using System;
        using System.Linq;
        using Raft;

        public sealed class Bank() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            protected override long Apply(string command, in CommandContext context) => {|RAFT0005:long.Parse(command)|};
        }
        """,
        """
        // A header.
        using System;
        using System.Globalization;
        using System.Linq;
        using Raft;

        public sealed class Bank() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            protected override long Apply(string command, in CommandContext context) => long.Parse(command, CultureInfo.InvariantCulture);
        }
        """);

    [Fact]
    public Task SortedCollections_GetAnOrdinalComparer() => Verify.FixAsync<StateMachineAnalyzer, OrdinalComparerFix>(
        Code.Apply(
            "return _names.Count + _seen.Count + _none.Count + {|RAFT0006:new[] { command }.Order()|}.Count();",
            """
            private readonly SortedDictionary<string, int> _names = {|RAFT0006:new()|};
                private readonly SortedSet<string> _seen = {|RAFT0006:[]|};
                private readonly ImmutableSortedSet<string> _none = {|RAFT0006:ImmutableSortedSet<string>.Empty|};
            """),
        Code.Apply(
            "return _names.Count + _seen.Count + _none.Count + new[] { command }.Order(StringComparer.Ordinal).Count();",
            """
            private readonly SortedDictionary<string, int> _names = new(StringComparer.Ordinal);
                private readonly SortedSet<string> _seen = new(StringComparer.Ordinal);
                private readonly ImmutableSortedSet<string> _none = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);
            """));

    [Fact]
    public Task DroppedTask_IsAwaited() => Verify.FixAsync<ValueTaskAnalyzer, AwaitFix>(
        Code.Types(
            """
            public static class Caller
            {
                public static async Task CallAsync(RaftNode node)
                {
                    // First.
                    {|RAFT0023:node.ReadBarrierAsync()|};
                    await Task.Yield();
                }
            }
            """),
        Code.Types(
            """
            public static class Caller
            {
                public static async Task CallAsync(RaftNode node)
                {
                    // First.
                    await node.ReadBarrierAsync();
                    await Task.Yield();
                }
            }
            """));

    [Fact]
    public Task Today_BecomesTheDayOfTheCommand() => Verify.FixAsync<StateMachineAnalyzer, ContextTimeFix>(
        Code.Apply("return {|RAFT0001:DateTime.Today|}.Ticks;"),
        Code.Apply("return context.Time.UtcDateTime.Date.Ticks;"));

    [Fact]
    public Task Clock_WhereTheContextCannotBeUsed_HasNoFix() => Verify.NoFixAsync<StateMachineAnalyzer, ContextTimeFix>(Code.Bodies(
        "",
        "Func<DateTime> now = () => {|RAFT0001:DateTime.UtcNow|}; return now().Ticks;",
        "return Now(); long Now() => {|RAFT0001:DateTime.UtcNow|}.Ticks;",
        "return (from each in command where {|RAFT0001:DateTime.UtcNow|}.Day > each select each).Count();",
        "return {|RAFT0001:Stopwatch.GetTimestamp()|};"));

    [Fact]
    public Task Clock_InALocalFunctionWithAContext_BecomesItsTime() => Verify.FixAsync<StateMachineAnalyzer, ContextTimeFix>(
        Code.Apply("return Now(context); static long Now(in CommandContext context) => {|RAFT0001:DateTime.UtcNow|}.Ticks;"),
        Code.Apply("return Now(context); static long Now(in CommandContext context) => context.Time.UtcDateTime.Ticks;"));

    [Fact]
    public Task ImmutableSortedCollections_GetAnOrdinalComparerAtItsPlace() => Verify.FixAsync<StateMachineAnalyzer, OrdinalComparerFix>(
        Code.Bodies(
            "",
            "return {|RAFT0006:ImmutableSortedSet.Create(command, \"a\")|}.Count;",
            "return {|RAFT0006:ImmutableSortedSet.CreateRange(new[] { command })|}.Count;",
            "return {|RAFT0006:ImmutableSortedDictionary.Create<string, int>()|}.Count;",
            "return {|RAFT0006:new[] { command }.ToImmutableSortedSet()|}.Count;",
            "ImmutableSortedSet<string> none = {|RAFT0006:[]|}; return none.Count;",
            "return {|RAFT0006:new SortedSet<string> { command }|}.Count;",
            "string[] names = [command]; {|RAFT0006:Array.Sort(names)|}; return {|RAFT0006:names.Min()|}!.Length;"),
        Code.Bodies(
            "",
            "return ImmutableSortedSet.Create(StringComparer.Ordinal, command, \"a\").Count;",
            "return ImmutableSortedSet.CreateRange(StringComparer.Ordinal, new[] { command }).Count;",
            "return ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal).Count;",
            "return new[] { command }.ToImmutableSortedSet(StringComparer.Ordinal).Count;",
            "ImmutableSortedSet<string> none = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal); return none.Count;",
            "return new SortedSet<string>(StringComparer.Ordinal) { command }.Count;",
            "string[] names = [command]; Array.Sort(names, StringComparer.Ordinal); return names.Min(StringComparer.Ordinal)!.Length;"));

    [Fact]
    public Task Sorting_ThatTakesNoComparerOfStrings_HasNoFix() => Verify.NoFixAsync<StateMachineAnalyzer, OrdinalComparerFix>(Code.Bodies(
        "private readonly List<(string Name, int Id)> _pairs = [];",
        "return {|RAFT0006:_pairs.Min(each => each.Name)|}!.Length;",
        "return {|RAFT0006:_pairs.OrderBy(each => (each.Id, each.Name))|}.Count();",
        "SortedSet<(string, int)> pairs = {|RAFT0006:[]|}; return pairs.Count;",
        "return {|RAFT0006:new SortedSet<(string, int)>()|}.Count;"));

    [Fact]
    public Task TextOfAValue_IsMadeWithTheInvariantCulture() => Verify.FixAsync<StateMachineAnalyzer, InvariantCultureFix>(
        Code.Bodies(
            "private readonly List<string> _list = []; private double _rate = 1.5;",
            "return (\"at \" + {|RAFT0005:_list.IndexOf(command)|}).Length;",
            "string text = command + {|RAFT0005:_rate|}; text += {|RAFT0005:-_rate|}; return text.Length;",
            "return {|RAFT0005:Convert.ToInt32(command)|} + {|RAFT0005:char.ToUpper(command[0])|};"),
        Code.Bodies(
            "private readonly List<string> _list = []; private double _rate = 1.5;",
            "return (\"at \" + _list.IndexOf(command).ToString(CultureInfo.InvariantCulture)).Length;",
            "string text = command + _rate.ToString(CultureInfo.InvariantCulture); "
                + "text += (-_rate).ToString(CultureInfo.InvariantCulture); return text.Length;",
            "return Convert.ToInt32(command, CultureInfo.InvariantCulture) + char.ToUpperInvariant(command[0]);"));

    [Fact]
    public Task CultureOfAMethodThatIsPassedOn_HasNoFix() => Verify.NoFixAsync<StateMachineAnalyzer, InvariantCultureFix>(Code.Bodies(
        "private double? _rate = 1.5;",
        "return new[] { command }.Select({|RAFT0005:int.Parse|}).Sum();",
        "return (command + {|RAFT0005:_rate|}).Length;",
        "return {|RAFT0005:string.Join(\",\", 1.5, command)|}.Length;"));

    [Fact]
    public Task DroppedTask_WhereAwaitIsForbidden_HasNoFix() => Verify.NoFixAsync<ValueTaskAnalyzer, AwaitFix>(Code.Types(
        """
        public static class Caller
        {
            public static async Task CallAsync(RaftNode node)
            {
                lock (node)
                {
                    {|RAFT0023:node.ReadBarrierAsync()|};
                }

                Action later = () => { {|RAFT0023:node.ReadBarrierAsync()|}; };
                await Task.Yield();
            }
        }
        """));
}
