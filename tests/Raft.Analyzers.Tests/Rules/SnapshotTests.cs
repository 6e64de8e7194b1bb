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

    [Fact]
    public Task Field_OfANewObjectOrACopy_IsNotAFieldOfTheStateMachine() => Verify.StateMachineAsync(Code.Apply(
        """
        Account account = _accounts.TryGetValue(command, out Account? known) ? known : new Account { Owner = command };
        _accounts = _accounts.SetItem(command, account with { Balance = account.Balance + 1 });
        Entry entry = new() { Owner = command, Count = { Value = 3 } };
        entry.Count.Value++;
        return account.Balance;
        """,
        """
        private ImmutableDictionary<string, Account> _accounts = ImmutableDictionary<string, Account>.Empty;
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of(_accounts, (_, _, _) => default);
            protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                _accounts = _accounts.Clear();
                return default;
            }
        """,
        """
        public sealed record Account { public required string Owner { get; init; } public long Balance { get; init; } }
        public sealed class Counted { public int Value { get; set; } }
        public sealed class Entry { public string Owner = ""; public Counted Count { get; } = new(); }
        """));

    [Fact]
    public Task Capture_ThatFillsANewCollection_DoesNotHandOutTheStateMachine() => Verify.StateMachineAsync(Code.Apply(
        "_count++; return _balance += command.Length;",
        $$"""
        private long _balance;
            private long {|RAFT0016:_count|};
            protected override ISnapshotCapture Capture()
            {
                List<long> state = new List<long> { _balance };
                string text = string.Create(CultureInfo.InvariantCulture, $"{_balance}");
                return SnapshotCapture.Of((state, text), (_, _, _) => default);
            }
            {{Restore}}
        """));

    [Fact]
    public Task Field_ThatIsTheIndexOfAnArray_IsOnlyRead() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed class Bank(int slot) : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            private readonly Scratch _scratch = new();
            private readonly int _first = 1;
            private long[] _values = new long[5];
            private long[] {|RAFT0016:_forgotten|} = new long[5];
            protected override long Apply(string command, in CommandContext context)
            {
                _values[slot] = command.Length;
                _values[^_first]++;
                _forgotten[slot] = 1;
                return _scratch.Count(new long[5]);
            }

            protected override ISnapshotCapture Capture() => SnapshotCapture.Of(_values.ToArray(), (_, _, _) => default);
            protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                _values = new long[5];
                return default;
            }
        }

        public sealed class Scratch { private int _size = 2; public long Count(long[] buffer) => buffer[_size] = 1; }
        """));

    [Fact]
    public Task Field_OfAnImmutableValue_IsNotChangedByAdd() => Verify.StateMachineAsync(Code.Apply(
        "return _balance += Epoch.Add(_start.Add(_span) - Epoch).Ticks + _fee.Add(Money.Zero.Add(_fee)).Cents;",
        $$"""
        private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
            private readonly DateTimeOffset _start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
            private readonly TimeSpan _span = TimeSpan.FromDays(1);
            private readonly Money _fee = new(5);
            private long _balance;
            {{Capture}}
            {{Restore}}
        """,
        """
        public sealed class Money(long cents)
        {
            public static readonly Money Zero = new(0);
            public long Cents { get; } = cents;
            public Money Add(Money other) => new(Cents + other.Cents);
        }
        """));

    [Fact]
    public Task Field_WhoseValueAMethodOfTheProjectChanges_IsReported() => Verify.StateMachineAsync(Code.Apply(
        """
        _book.Place(command);
        _list?.Add(command);
        _levels[1].Raise();
        _read.Find(command);
        _cached.Text();
        _given.Place(command);
        return _balance += _book.Total;
        """,
        $$"""
        private readonly Book {|RAFT0016:_book|} = new();
            private readonly List<string>? {|RAFT0016:_list|} = new();
            private readonly Dictionary<int, Level> {|RAFT0016:_levels|} = [];
            private readonly Book _read = new();
            private readonly Cache _cached = new();
            private readonly Book _given;
            private long _balance;
            public Bank(Book given) : this() => _given = given;
            {{Capture}}
            {{Restore}}
        """,
        """
        public sealed class Book
        {
            private readonly List<string> _orders = new();
            private readonly Level _level = new();
            public long Total => _orders.Count;
            public bool Find(string order) => _orders.Contains(order) && Again(order);
            public void Place(string order) => Insert(order);
            private void Insert(string order) => _level.Raise();
            private bool Again(string order) => order.Length == 0 || Find(order.Substring(1));
        }

        public sealed class Level { private int _height; public void Raise() => _height++; }

        public sealed class Cache { private string? _text; public string Text() => _text ??= "a"; }
        """));

    [Fact]
    public Task StaticField_WhoseValueAMethodOfTheProjectChanges_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "{|RAFT0011:s_book|}.Place(command); return s_book.Total;",
        "private static readonly Book s_book = new();",
        """
        public sealed class Book
        {
            private readonly List<string> _orders = new();
            public long Total => _orders.Count;
            public void Place(string order) => _orders.Add(order);
        }
        """));

    [Fact]
    public Task ParameterOfThePrimaryConstructor_ThatIsUsedAsAField_IsAField() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed class Bank(long {|RAFT0016:count|}, List<string> names, List<string> {|RAFT0016:seen|}, ILogger logger, long limit)
            : StateMachine<string, IReadOnlyList<string>>(null!, null!)
        {
            protected override IReadOnlyList<string> Apply(string command, in CommandContext context)
            {
                count += limit;
                names.Add(command);
                seen.Add(command);
                logger.LogInformation("Applied");
                return {|RAFT0019:names|};
            }

            protected override ISnapshotCapture Capture() => SnapshotCapture.Of({|RAFT0018:names|}, (_, _, _) => default);

            protected override ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                names.Clear();
                return default;
            }
        }
        """));
}
