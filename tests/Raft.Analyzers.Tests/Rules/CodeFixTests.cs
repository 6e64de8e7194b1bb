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
}
