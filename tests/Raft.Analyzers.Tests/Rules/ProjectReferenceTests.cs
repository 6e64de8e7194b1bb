using Raft.Analyzers.StateMachines;
using Raft.Analyzers.Tests.Verification;
using Raft.Analyzers.ValueTasks;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>
/// A project that references another one by its source, as editors load a solution. Each project is examined by itself: what the other
/// one contains is neither followed nor reported.
/// </summary>
public class ProjectReferenceTests
{
    private const string Other = """
        public static class Prices
        {
            public static int Limit = 5;
            public static long Current(string name) => new Quote().Value;
        }

        public sealed class Quote
        {
            private readonly long _start = DateTime.UtcNow.Ticks;
            public long Value { get { return _start + DateTime.UtcNow.Ticks; } }
            public long Shown = DateTime.UtcNow.Ticks;
            public static Quote operator +(Quote left, long right) => left;
            public void Dispose() { Limits.Count++; }
        }

        public static class Limits { public static int Count; }

        public sealed class Shelf : IDisposable
        {
            private int _count;
            public void Place() => _count++;
            public void Dispose() => _count = DateTime.UtcNow.Day;
        }
        """;

    [Fact]
    public Task Calls_IntoTheOtherProject_AreNotFollowed() => Verify.ReferencingAsync<StateMachineAnalyzer>(
        Code.Types(Other),
        Code.Bodies(
            "private readonly Quote _quote = new();",
            "return Prices.Current(command);",
            "return Prices.Limit + Limits.Count++ + _quote.Value + _quote.Shown;",
            "Quote sum = _quote + 1L; sum += 2L; return sum.Shown;",
            "using Shelf shelf = new(); shelf.Place(); return 0;",
            "Func<string, long> current = Prices.Current; return current(command);",
            "return {|RAFT0001:DateTime.UtcNow|}.Ticks;"));

    [Fact]
    public Task StateMachine_WhoseBaseClassIsInTheOtherProject_IsExaminedWhereItIsKnown() =>
        Verify.ReferencingAsync<StateMachineAnalyzer>(
            Code.Types(
                """
                public abstract class Base() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
                {
                    private long _count;
                    protected override long Apply(string command, in CommandContext context) => _count++ + Handle(command);
                    protected abstract long Handle(string command);
                    protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
                    {
                        _count = 0;
                        return default;
                    }
                }
                """),
            Code.Types(
                """
                public sealed class Derived : Base
                {
                    private long _handled;
                    protected override long Handle(string command) => _handled++;
                    protected override ISnapshotCapture Capture() => SnapshotCapture.Of({|RAFT0001:DateTime.UtcNow|}.Ticks, Codec.Int64);
                }
                """));

    [Fact]
    public Task StateMachine_WhoseBaseClassInTheOtherProjectIsDurable_MayDoIO() => Verify.ReferencingAsync<StateMachineAnalyzer>(
        Code.Types(
            """
            public abstract class Durable : IStateMachine
            {
                public long AppliedIndex => 1;
                public bool MayBlock => true;
                public abstract ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping);
            }
            """),
        Code.Types(
            """
            public sealed class Files : Durable
            {
                public override ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
                {
                    File.WriteAllText("index", "1");
                    return default;
                }
            }
            """));

    [Fact]
    public Task HashCode_OfATypeOfTheOtherProject_IsReported() => Verify.ReferencingAsync<StateMachineAnalyzer>(
        Code.Types("public sealed class Key { public override int GetHashCode() => HashCode.Combine(\"a\"); }"),
        Code.Apply("return {|RAFT0010:new Key().GetHashCode()|};"));

    [Fact]
    public Task LibraryItself_AsAReferencedProject_IsTheLibrary()
    {
        const string library = """
            namespace Raft
            {
                public interface IStateMachine { bool MayBlock => false; long AppliedIndex => 0; }

                public abstract class StateMachine<TCommand, TResult> : IStateMachine
                {
                    protected abstract TResult Apply(TCommand command);
                    protected virtual object? Capture() => null;
                }
            }
            """;

        return Verify.LibraryAsync<StateMachineAnalyzer>(library, """
            public sealed class Bank : Raft.StateMachine<string, long>
            {
                protected override long Apply(string command) { {|RAFT0014:System.IO.File.Delete(command)|}; return 0; }
            }
            """);
    }

    [Fact]
    public Task Task_OfTheLibraryAsAReferencedProject_IsReportedWhenDropped() => Verify.LibraryAsync<ValueTaskAnalyzer>(
        """
        namespace Raft
        {
            public interface IStateMachine { }

            public static class Node { public static System.Threading.Tasks.ValueTask ReadAsync() => default; }
        }
        """,
        """
        public static class Caller { public static void Call() { {|RAFT0023:Raft.Node.ReadAsync()|}; } }
        """);
}
