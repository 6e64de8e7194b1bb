using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>RAFT0016 to RAFT0019 and RAFT0024: fields in captures, and shared collections.</summary>
public class SnapshotTests
{
    private const string Restore = """
        protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
                _balance = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
        """;

    private const string Capture = "protected override ISnapshotCapture Capture() => SnapshotCapture.Of(_balance, Codec.Int64);";

    [Fact]
    public Task Field_ThatApplyChangesAndCaptureForgets_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "_seen.Add(command); Count(); return _balance += command.Length + (_last = command).Length;",
        $$"""
        private long _balance;
            private long {|RAFT0016:_count|};
            private string? {|RAFT0016:_last|};
            private readonly HashSet<string> {|RAFT0016:_seen|} = new();
            private readonly int _limit = 5;
            private long {|RAFT0016:Total|} { get; set; }
            private void Count() { _count += _limit; Total++; }
            {{Capture}}
            {{Restore}}
        """));

    [Fact]
    public Task Field_ThatAHelperCaptures_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "_count++; return _balance += command.Length;",
        """
        private long _balance;
            private long _count;
            private (long, long) State => (_balance, _count);
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of(State, (_, _, _) => default);
            protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) { Reset(); return default; }
            private void Reset() => (_balance, _count) = (1, 2);
        """));

    [Fact]
    public Task Field_OfAStateMachineThatHandsItselfToItsCapture_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "_count++; return _balance += command.Length;",
        $$"""
        private long _balance;
            private long _count;
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of(this, (_, _, _) => default);
            {{Restore}}
        """));

    [Fact]
    public Task Field_OfAStateMachineWithoutSnapshots_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "return _count++;", "private long _count;"));

    [Fact]
    public Task Field_ThatApplyOnlyReadsOrThatObserves_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "_duration.Record(1); lock (_lock) { return _balance += _step; }",
        $$"""
        private readonly Lock _lock = new();
            private readonly long _step = 2;
            private long _balance;
            private System.Diagnostics.Metrics.Histogram<long> _duration = null!;
            {{Capture}}
            {{Restore}}
        """));

    [Fact]
    public Task Field_ThatRestoreResetsOnly_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "_cache = null; return _balance += command.Length;",
        $$"""
        private long _balance;
            private string? _cache;
            public string Cache => _cache ??= "a";
            {{Capture}}
            protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                _cache = null;
                _balance = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
            }
        """));

    [Fact]
    public Task Field_ThatIsCapturedAndNotRestored_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "_count++; return _balance += command.Length;",
        $$"""
        private long _balance;
            private long {|RAFT0017:_count|};
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of((_balance, _count), (_, _, _) => default);
            {{Restore}}
        """));

    [Fact]
    public Task Snapshots_ByHalf_AreReported() => Verify.StateMachineAsync(Code.Types(
        $$"""
        public sealed class A() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            private long _balance;
            protected override long Apply(string command, in CommandContext context) => _balance++;
            protected override ISnapshotCapture {|RAFT0024:Capture|}() => SnapshotCapture.Of(_balance, Codec.Int64);
        }

        public sealed class B() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            private long _balance;
            protected override long Apply(string command, in CommandContext context) => _balance++;
            protected override async ValueTask {|RAFT0024:RestoreAsync|}(Stream snapshot, CancellationToken cancellationToken) =>
                _balance = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
        }

        public abstract class C() : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of(1, Codec.Int64);
        }
        """));

    [Fact]
    public Task Capture_OfACollectionThatCommandsChange_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "_names.Add(command); Add(command); return _names.Count;",
        """
        private List<string> _names = new();
            private SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
            private void Add(string name) => _counts[name] = 1;
            protected override ISnapshotCapture Capture() =>
                SnapshotCapture.Of(({|RAFT0018:_names|}, {|RAFT0018:_counts|}), (_, _, _) => default);
            protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                _names.Clear();
                _counts.Clear();
                return default;
            }
        """));

    [Fact]
    public Task Capture_OfACopyOrOfWhatIsReplaced_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "_names.Add(command); _list = [.. _list, command]; _frozen = _frozen.Add(command); return _names.Count;",
        """
        private List<string> _names = new();
            private List<string> _list = new();
            private ImmutableList<string> _frozen = ImmutableList<string>.Empty;
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of((_names.ToArray(), _list, _frozen), (_, _, _) => default);
            protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                _names.Clear();
                _list = [];
                _frozen = _frozen.Clear();
                return default;
            }
        """));

    [Fact]
    public Task Result_ThatSharesACollectionThatCommandsChange_IsReported() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed record Page(IReadOnlyList<string> Names, int Total);

        public sealed class Direct() : StateMachine<string, IReadOnlyList<string>>(null!, null!)
        {
            private readonly List<string> _names = new();
            protected override IReadOnlyList<string> Apply(string command, in CommandContext context)
            {
                _names.Add(command);
                return command.Length > 3 ? {|RAFT0019:_names|} : _names.ToArray();
            }
        }

        public sealed class Within() : StateMachine<string, Page>(null!, null!)
        {
            private readonly List<string> _names = new();
            protected override Page Apply(string command, in CommandContext context)
            {
                Add(command);
                return new Page({|RAFT0019:_names|}, _names.Count);
            }

            private void Add(string name) => _names.Add(name);
        }

        public sealed class Copied() : StateMachine<string, Page>(null!, null!)
        {
            private readonly List<string> _names = new();
            protected override Page Apply(string command, in CommandContext context)
            {
                _names.Add(command);
                return new Page([.. _names], _names.Count);
            }
        }
        """));

    [Fact]
    public Task Snapshots_Suppressed_AreNotReported() => Verify.StateMachineAsync(Code.Apply(
        "_count++; _names.Add(command); return _balance += command.Length;",
        $$"""
        #pragma warning disable RAFT0016, RAFT0018
            private long _balance;
            private long _count;
            private List<string> _names = new();
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of((_names, _balance), (_, _, _) => default);
            protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                _balance = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
                _names = [];
            }
        """));
}
