using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>RAFT0008, RAFT0009 and RAFT0010.</summary>
public class HashOrderTests
{
    private const string State = """
        private readonly Dictionary<string, long> _accounts = new();
            private readonly Dictionary<string, double> _weights = new();
            private readonly HashSet<string> _names = new();
            private readonly ConcurrentDictionary<string, long> _shared = new();
            private ImmutableDictionary<string, long> _frozen = ImmutableDictionary<string, long>.Empty;
            private readonly List<string> _log = new();
            private sealed class Item { public int Position { get; set; } }
            private readonly Dictionary<string, Item> _items = new();
        """;

    private const string Sequences = """

            private readonly StringBuilder _text = new();
            private string[] _array = [];
            private ImmutableList<string> _list = [];
            private ImmutableHashSet<string> _set = [];
            private ConcurrentQueue<string> _queue = new();
        """;

    [Fact]
    public Task Loop_WhoseOrderReachesTheStateOrTheResult_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "foreach (var account in {|RAFT0008:_accounts|}) { _log.Add(account.Key); } return 0;",
        "foreach (var account in {|RAFT0008:_accounts|}) { if (account.Value > 5) return account.Value; } return 0;",
        "string all = \"\"; foreach (string name in {|RAFT0008:_names|}) { all += name; } return all.Length;",
        "StringBuilder text = new(); foreach (string name in {|RAFT0008:_names|}) { text.Append(name); } return text.ToString().Length;",
        "int next = 0; foreach (var item in {|RAFT0008:_items.Values|}) { item.Position = next++; } return 0;",
        "foreach (var pair in {|RAFT0008:_shared.Where(each => each.Value > 3)|}) { _log.Add(pair.Key); } return 0;",
        "foreach (string key in {|RAFT0008:_frozen.Keys|}) { _log.Add(key); } return 0;"));

    [Fact]
    public Task Loop_WhoseOrderDoesNotMatter_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "long sum = 0; foreach (long value in _accounts.Values) { sum += value; } return sum;",
        "foreach (var account in _accounts) { if (account.Value == 5) return account.Value; } return 0;",
        "foreach (string name in _names) { if (name.Length > 3) return 1; } return 0;",
        """
        List<string> gone = [];
        foreach (var a in _accounts) { if (a.Value == 0) gone.Add(a.Key); }
        foreach (string key in gone) { _accounts.Remove(key); }
        return 0;
        """,
        """
        List<string> all = [];
        foreach (string name in _names) { all.Add(name); }
        all.Sort(StringComparer.Ordinal);
        return all.ToArray().Length;
        """,
        "foreach (string name in _names.Order(StringComparer.Ordinal)) { _log.Add(name); } return 0;",
        "Dictionary<string, int> counts = []; counts[command] = 1; foreach (var count in counts) { _log.Add(count.Key); } return 0;",
        "foreach (string name in _names) { _accounts[name] = 0; } return 0;"));

    [Fact]
    public Task Linq_ThatTakesTheOrderOver_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "return {|RAFT0008:_accounts.First()|}.Value;",
        "return {|RAFT0008:_names.Take(3)|}.Sum(name => name.Length);",
        "return {|RAFT0008:string.Join(\",\", _names)|}.Length;",
        "return {|RAFT0008:_accounts.Keys.ElementAt(2)|}.Length;",
        "return Text(); long Text() => {|RAFT0008:string.Concat(_names.Select(name => name + \";\"))|}.Length;"));

    [Fact]
    public Task Linq_ThatDoesNotDependOnTheOrder_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "return _accounts.Values.Sum() + _names.Count(name => name.Length > 1) + _accounts.Values.Max();",
        "return _accounts.OrderBy(each => each.Key, StringComparer.Ordinal).First().Value;",
        "return _accounts.First(each => each.Key == command).Value;",
        "return _accounts.Where(each => each.Key == command).FirstOrDefault().Value;",
        "foreach (string name in _names.ToList()) { _names.Remove(name); } return 0;",
        "return _names.Any() && _names.All(name => name.Length > 1) ? 1 : 0;"));

    [Fact]
    public Task Result_InTheOrderOfAHashTable_IsReported() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed record Names(IReadOnlyList<string> All);

        public sealed class Listing() : StateMachine<string, Names>(null!, null!)
        {
            private readonly HashSet<string> _names = new();

            protected override Names Apply(string command, in CommandContext context)
            {
                _names.Add(command);
                return command.Length switch
                {
                    0 => new Names({|RAFT0008:_names.ToList()|}),
                    1 => new Names({|RAFT0008:[.. _names]|}),
                    _ => new Names(_names.Order(StringComparer.Ordinal).ToList()),
                };
            }
        }
        """));

    [Fact]
    public Task SumOfFloatingPointNumbers_InTheOrderOfAHashTable_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "return (long){|RAFT0009:_weights.Values.Sum()|};",
        "return (long){|RAFT0009:_weights.Average(each => each.Value)|};",
        "double sum = 0; foreach (double weight in _weights.Values) { {|RAFT0009:sum += weight|}; } return (long)sum;",
        "return Total(); long Total() => (long){|RAFT0009:_weights.Values.Where(each => each > 1).Sum()|};"));

    [Fact]
    public Task SumOfFloatingPointNumbers_InAFixedOrder_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "return (long)_weights.OrderBy(each => each.Key, StringComparer.Ordinal).Sum(each => each.Value);",
        "return (long)_accounts.Values.Average();",
        "return (long)_weights.Values.Max();"));

    [Fact]
    public Task HashCode_AsAValue_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return {|RAFT0010:command.GetHashCode()|};",
        "return {|RAFT0010:HashCode.Combine(command, 1)|};",
        "return {|RAFT0010:new object().GetHashCode()|};",
        "return {|RAFT0010:(command, 1).GetHashCode()|};",
        "return {|RAFT0010:System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(command)|};",
        "return Bucket(command); static int Bucket(string key) => {|RAFT0010:key.GetHashCode()|} % 16;"));

    [Fact]
    public Task HashCode_OfANumberOrForAHashTable_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "return 5L.GetHashCode() + DayOfWeek.Monday.GetHashCode() + new HashSet<Key>().Count + new Key(command).GetHashCode();",
        types: """
            public sealed class Key(string name)
            {
                public string Name { get; } = name;
                public override int GetHashCode() => HashCode.Combine(Name);
                public override bool Equals(object? obj) => obj is Key other && other.Name == Name;
            }
            """));

    [Fact]
    public Task HashOrder_Suppressed_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        #pragma warning disable RAFT0008, RAFT0009, RAFT0010
        return _names.First().GetHashCode() + (long)_weights.Values.Sum();
        """,
        State));

    [Fact]
    public Task Loop_WithALambdaThatReturnsTheItem_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "foreach (var account in _accounts) { _log.RemoveAll(each => each == account.Key); } return 0;",
        "foreach (string name in _names) { Func<string> text = () => { return name; }; text(); } return 0;",
        "foreach (string name in _names) { _ = Text(); string Text() => name; } return 0;"));

    [Fact]
    public Task Loop_OfALambdaThatReturnsTheItem_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        State,
        "return Call(() => { foreach (var each in {|RAFT0008:_accounts|}) { if (each.Value > 5) return each.Value; } return 0; });"
            + " static long Call(Func<long> first) => first();",
        "return First();"
            + " long First() { foreach (var each in {|RAFT0008:_accounts|}) { if (each.Value > 5) return each.Value; } return 0; }"));

    [Fact]
    public Task Iterator_WhoseItemsAreSortedByTheCaller_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "return Open().OrderBy(each => each, StringComparer.Ordinal).First().Length;",
        State + "private IEnumerable<string> Open() { foreach (var each in _accounts) { if (each.Value > 0) yield return each.Key; } }"));

    [Fact]
    public Task Loop_OverAHashTableOfThePrimaryConstructor_IsReported() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed class Bank(Dictionary<string, long> accounts, List<string> log) : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            protected override long Apply(string command, in CommandContext context)
            {
                foreach (var account in {|RAFT0008:accounts|}) { log.Add(account.Key); }
                return {|RAFT0008:accounts.First()|}.Value;
            }
        }
        """));

    /// <summary>All items at once, without a loop.</summary>
    [Fact]
    public Task Range_InTheOrderOfAHashTable_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        State + Sequences,
        "{|RAFT0008:_log.AddRange(_names)|}; return 0;",
        "{|RAFT0008:_log.InsertRange(0, _accounts.Keys)|}; return 0;",
        "List<string> all = []; {|RAFT0008:all.AddRange(_names)|}; _array = all.ToArray(); return 0;",
        "_list = {|RAFT0008:_list.AddRange(_names)|}; return 0;",
        "_list = {|RAFT0008:_list.InsertRange(0, _names)|}.Add(command); return 0;",
        "_list = {|RAFT0008:ImmutableList.CreateRange(_names)|}; return 0;",
        "var builder = _list.ToBuilder(); {|RAFT0008:builder.AddRange(_names)|}; _list = builder.ToImmutable(); return 0;",
        "return {|RAFT0008:_text.AppendJoin(',', _accounts.Keys)|}.Length;",
        "return {|RAFT0008:new StringBuilder().AppendJoin(\", \", _names.Select(name => name + 1))|}.ToString().Length;",
        "{|RAFT0008:_names.CopyTo(_array)|}; return 0;",
        "{|RAFT0008:_names.CopyTo(_array)|}; return _array.Order(StringComparer.Ordinal).First().Length;",
        "{|RAFT0008:_accounts.Keys.CopyTo(_array, 0)|}; return 0;",
        "_queue = {|RAFT0008:new ConcurrentQueue<string>(_names)|}; return 0;"));

    [Fact]
    public Task Range_WhoseOrderDoesNotMatter_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        State + Sequences,
        "_log.AddRange(_names.Order(StringComparer.Ordinal)); return 0;",
        "_log.AddRange(_names); _log.Sort(StringComparer.Ordinal); return 0;",
        "_names.CopyTo(_array); _array.AsSpan().Sort(StringComparer.Ordinal); return 0;",
        "_log.AddRange(_names); System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_log).Sort(StringComparer.Ordinal); return 0;",
        "_names.CopyTo(_array); _array = [.. _array.Order(StringComparer.Ordinal)]; return 0;",
        "foreach (string name in _names) { _log.Add(name); } _log.Sort(StringComparer.Ordinal); return 0;",
        "List<string> gone = []; gone.AddRange(_names); foreach (string name in gone) { _names.Remove(name); } return 0;",
        "List<string> all = []; all.AddRange(_names); all.Sort(StringComparer.Ordinal); _array = all.ToArray(); return 0;",
        "string[] all = new string[_names.Count]; _names.CopyTo(all); Array.Sort(all, StringComparer.Ordinal); _array = all; return 0;",
        "_frozen = _frozen.AddRange(_accounts); return _frozen.Count;",
        "_set = _set.Union(_names).Except(_log); return ImmutableHashSet.CreateRange(_names).Count;",
        "_names.UnionWith(_accounts.Keys); _log.AddRange(_array); _log.CopyTo(_array); return _text.AppendJoin(',', _log).Length;"));

    [Fact]
    public Task Linq_ThatKeepsTheOrder_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        State + Sequences,
        "return {|RAFT0008:_names.Except(_log).First()|}.Length;",
        "return {|RAFT0008:_names.Union(_log).First()|}.Length + {|RAFT0008:_log.Union(_names).Last()|}.Length;",
        "return {|RAFT0008:_names.Intersect(_log).First()|}.Length + {|RAFT0008:_names.IntersectBy(_log, name => name).First()|}.Length;",
        "return {|RAFT0008:_names.Zip(_log).First()|}.First.Length + {|RAFT0008:_log.Zip(_names).First()|}.First.Length;",
        "return {|RAFT0008:_names.DefaultIfEmpty().First()|}!.Length;",
        "return {|RAFT0008:_names.ExceptBy(_log, name => name).First()|}.Length;",
        "return {|RAFT0008:_log.UnionBy(_names, name => name).Last()|}.Length;",
        "return {|RAFT0008:_names.GroupBy(name => name.Length).First()|}.Key + {|RAFT0008:_names.CountBy(name => name).First()|}.Value;",
        "return {|RAFT0008:{|RAFT0008:_names.SkipLast(1)|}.First()|}.Length;",
        "_array = {|RAFT0008:_log.Concat(_names).ToArray()|}; return 0;",
        "return {|RAFT0008:string.Join(',', _log.Concat(_names))|}.Length;",
        "return {|RAFT0008:(from name in _names select name + 1).First()|}.Length;",
        "return {|RAFT0008:_names.SequenceEqual(_log)|} || {|RAFT0008:_log.SequenceEqual(_names)|} ? 1 : 0;",
        "foreach (string name in {|RAFT0008:_log.Concat(_names)|}) { _log.Add(name); } return 0;"));

    [Fact]
    public Task Linq_ThatTakesOnlyItemsFromAHashTable_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        State + Sequences,
        "return _log.Except(_names).First().Length + _log.Intersect(_names).First().Length;",
        "return _log.ExceptBy(_names, name => name).First().Length;",
        "return _log.Where(_names.Contains).First().Length + _log.Concat(_names.Order(StringComparer.Ordinal)).First().Length;",
        "return _names.Union(_log).Count() + _names.Concat(_log).Sum(name => name.Length) + _names.GroupBy(name => name.Length).Count();",
        "return _log.Join(_names, name => name, name => name, (name, other) => name).First().Length;",
        "return _names.Except(_log).Order(StringComparer.Ordinal).First().Length + (_names.SetEquals(_log) ? 1 : 0);"));
}
