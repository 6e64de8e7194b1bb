using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>RAFT0005 and RAFT0006.</summary>
public class CultureTests
{
    private const string Fields = "private double _rate = 1.5; private long _balance; private string Text(long number) => \"\";";

    [Fact]
    public Task Text_OfANumberOrDate_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields,
        "return {|RAFT0005:_rate.ToString()|}.Length;",
        "return {|RAFT0005:_balance.ToString()|}.Length;",
        "return {|RAFT0005:_rate.ToString(\"N2\")|}.Length;",
        "return {|RAFT0005:context.Time.ToString()|}.Length;",
        "return $\"{command} {|RAFT0005:{_rate}|}\".Length;",
        "return (command + {|RAFT0005:_balance|}).Length;",
        "return {|RAFT0005:string.Format(\"{0}\", _rate)|}.Length;",
        "return {|RAFT0005:new StringBuilder().Append(_rate)|}.Length;"));

    [Fact]
    public Task Text_ThatIsTheSameInEveryCulture_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields,
        "return _rate.ToString(CultureInfo.InvariantCulture).Length;",
        "return string.Create(CultureInfo.InvariantCulture, $\"{_rate}\").Length;",
        "return FormattableString.Invariant($\"{_rate}\").Length;",
        "return $\"{command} {command.Length} {context.Index} {context.Time:O} {_balance:X}\".Length;",
        "return (command + command.Length + 'c' + true + Guid.Empty).Length;",
        "return context.Time.ToString(\"O\").Length + TimeSpan.Zero.ToString().Length;",
        "return string.Format(CultureInfo.InvariantCulture, \"{0}\", _rate).Length;",
        "return string.Format(\"{0}\", command).Length;",
        "return command.Length.ToString(\"D4\").Length + ((byte)command.Length).ToString(\"D2\").Length;",
        "Span<char> text = stackalloc char[9]; return command.Length.TryFormat(text, out int written, \"D4\") ? written : 0;"));

    [Fact]
    public Task Text_OfAnException_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields,
        "throw new CommandRejectedException($\"The balance is {_balance}, at {_rate}.\");",
        "throw command.Length == 0 ? new InvalidOperationException(\"At \" + _rate) : new CommandRejectedException(_rate.ToString());"));

    [Fact]
    public Task Parsing_WithoutACulture_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return (long){|RAFT0005:double.Parse(command)|};",
        "return {|RAFT0005:decimal.TryParse(command, out decimal value)|} ? (long)value : 0;",
        "return {|RAFT0005:DateTime.Parse(command)|}.Ticks;",
        "return {|RAFT0005:long.Parse(command, null)|};",
        "return Read(command); static long Read(string text) => {|RAFT0005:long.Parse(text)|};"));

    [Fact]
    public Task Parsing_WithACultureOrOfOtherTypes_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return (long)double.Parse(command, CultureInfo.InvariantCulture);",
        "return Guid.Parse(command) == Guid.Empty || bool.Parse(command) ? 0 : 1;",
        "return (long)Enum.Parse<DayOfWeek>(command);"));

    [Fact]
    public Task Comparison_ByCulture_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return {|RAFT0005:string.Compare(command, \"a\")|};",
        "return {|RAFT0005:command.CompareTo(\"a\")|};",
        "return {|RAFT0005:command.StartsWith(\"a\")|} ? 0 : 1;",
        "return {|RAFT0005:command.IndexOf(\"a\")|};",
        "return {|RAFT0005:command.ToUpper()|}.Length;",
        "return command.Equals(\"a\", {|RAFT0005:StringComparison.CurrentCulture|}) ? 0 : 1;",
        "return {|RAFT0005:CultureInfo.CurrentCulture|}.Name.Length;"));

    [Fact]
    public Task Comparison_Ordinal_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return string.CompareOrdinal(command, \"a\") + string.Compare(command, \"a\", StringComparison.Ordinal);",
        "return command.StartsWith(\"a\", StringComparison.Ordinal) || command.StartsWith('a') ? 0 : 1;",
        "return command == \"a\" || command.Contains(\"a\") ? 0 : 1;",
        "return command.ToUpperInvariant().Length + command.IndexOf('a');"));

    [Fact]
    public Task SortedCollection_OfStringsWithoutComparer_IsReportedWhereItIsCreated() => Verify.StateMachineAsync(Code.Apply(
        "return _names.Count + _seen.Count + _empty.Count + command.Length;",
        """
        private readonly SortedDictionary<string, int> _names = {|RAFT0006:new()|};
        private readonly SortedSet<string> _seen = {|RAFT0006:[]|};
        private readonly ImmutableSortedSet<string> _empty = {|RAFT0006:ImmutableSortedSet<string>.Empty|};
        """));

    [Fact]
    public Task Sorting_OfStringsWithoutComparer_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "private readonly List<string> _list = [];",
        "return {|RAFT0006:_list.OrderBy(name => name)|}.Count();",
        "return {|RAFT0006:_list.Order()|}.Count();",
        "{|RAFT0006:_list.Sort()|}; return 0;",
        "string[] array = [command]; {|RAFT0006:Array.Sort(array)|}; return 0;",
        "return Sorted().Count; SortedSet<string> Sorted() => {|RAFT0006:new SortedSet<string>(_list)|};"));

    [Fact]
    public Task Sorting_WithAComparerOrOfOtherTypes_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        _list.Sort(StringComparer.Ordinal);
        _list.Sort((left, right) => string.CompareOrdinal(left, right));
        int sorted = _list.OrderBy(name => name, StringComparer.Ordinal).ThenBy(name => name.Length).Count();
        return sorted + _names.Count + _numbers.Count + _none.Count;
        """,
        """
        private readonly List<string> _list = [];
        private readonly SortedDictionary<string, int> _names = new(StringComparer.Ordinal);
        private readonly SortedSet<long> _numbers = [];
        private readonly ImmutableSortedSet<string> _none = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);
        """));

    [Fact]
    public Task Culture_OfAProgramWithoutCultures_IsNotReported() => Verify.StateMachineAsync(
        Code.Apply(
            "return _rate.ToString().Length + _names.Count;",
            "private double _rate = 1.5; private readonly SortedSet<string> _names = new();"),
        invariantGlobalization: true);

    [Fact]
    public Task Culture_Suppressed_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        #pragma warning disable RAFT0005, RAFT0006
        return new List<string> { command }.Order().Count() + command.ToUpper().Length;
        """));

    [Fact]
    public Task Text_MadeByTheFramework_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields + "private readonly List<long> _numbers = []; private readonly StringBuilder _text = new();",
        "return {|RAFT0005:Convert.ToString(_rate)|}.Length;",
        "return (long){|RAFT0005:Convert.ToDouble(command)|} + {|RAFT0005:Convert.ToInt32(command)|};",
        "return {|RAFT0005:string.Join(\",\", _numbers)|}.Length;",
        "return {|RAFT0005:string.Join(\",\", _rate, _balance)|}.Length;",
        "return {|RAFT0005:string.Format(null, CompositeFormat.Parse(\"{0}\"), command.Length - 9)|}.Length;",
        "return {|RAFT0005:string.Concat(\"a\", _rate)|}.Length;",
        "return {|RAFT0005:string.Format(\"{0}{1}{2}{3}\", 1, 2, 3, _rate)|}.Length;",
        "string text = \"a\"; text += {|RAFT0005:_rate|}; return text.Length;",
        "return _text.Append($\"{command} {|RAFT0005:{_rate:N2}|} {|RAFT0005:{_balance}|} {_balance:X}\").Length;"));

    [Fact]
    public Task Text_MadeByTheFrameworkWithACulture_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields + "private readonly List<string> _names = []; private readonly StringBuilder _text = new();",
        "return Convert.ToString(_rate, CultureInfo.InvariantCulture).Length + Convert.ToInt32(command, CultureInfo.InvariantCulture);",
        "return Convert.ToString(_balance, 2).Length + Convert.ToInt64(command, 16) + Convert.ToBase64String([1]).Length;",
        "return Convert.ToString(true).Length + Convert.ToString(command.Length).Length + Convert.ToInt32(_rate);",
        "return string.Join(\",\", _names).Length + string.Concat(_names).Length + string.Join(',', command, \"a\").Length;",
        "string[] words = command.Split(' '); return string.Join(' ', words, 1, words.Length - 1).Length;",
        "string[] words = command.Split(' '); return string.Join(\", \", words, _names.Count - 1, _names.Count).Length;",
        "return _text.Append(CultureInfo.InvariantCulture, $\"{_rate:N2}\").Append($\"{command} {_text.Length}\").Length;",
        "string text = \"a\"; text += command; text += 5; return text.Length;",
        "throw new CommandRejectedException(\"\" + _text.Append($\"{_rate}\"));"));

    [Fact]
    public Task MethodThatIsPassedOn_WithoutACulture_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "private readonly List<string> _words = [];",
        "return _words.Select({|RAFT0005:int.Parse|}).Sum();",
        "Func<string, long> read = {|RAFT0005:Convert.ToInt64|}; return read(command);",
        "Func<double, string> text = {|RAFT0005:Convert.ToString|}; return text(1.5).Length;",
        "_words.Sort({|RAFT0005:string.Compare|}); return 0;",
        "_words.Sort(string.CompareOrdinal); return _words.Select(Guid.Parse).Count() + _words.Select(bool.Parse).Count();",
        "Func<string, IFormatProvider?, int> parse = int.Parse; return parse(command, CultureInfo.InvariantCulture);"));

    [Fact]
    public Task Sorting_ByTheKeyOnly_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "private readonly List<string> _names = []; private readonly Dictionary<long, string> _table = [];",
        "return _names.ToImmutableSortedDictionary(name => name.Length, name => name).Count;",
        "return {|RAFT0006:_table.ToImmutableSortedDictionary(each => each.Value, each => each.Key)|}.Count;",
        "return _table.ToImmutableSortedDictionary().Count + ImmutableSortedDictionary.Create<int, string>().Count;",
        "return {|RAFT0006:_names.ToImmutableSortedSet()|}.Count + {|RAFT0006:ImmutableSortedSet.CreateBuilder<string>()|}.Count;",
        "var builder = ImmutableSortedSet.CreateBuilder(StringComparer.Ordinal); return builder.ToImmutableSortedSet().Count;"));

    [Fact]
    public Task Smallest_AndTuples_OfStrings_AreReported() => Verify.StateMachineAsync(Code.Bodies(
        "private readonly List<string> _names = []; private readonly List<(string Name, int Id)> _pairs = [];",
        "return {|RAFT0006:_names.Min()|}!.Length + {|RAFT0006:_names.Max(name => name)|}!.Length;",
        "return {|RAFT0006:_names.MinBy(name => name)|}!.Length;",
        "return _names.MaxBy(name => name.Length)!.Length + _names.Min(name => name.Length) + _pairs.Max(each => each.Id);",
        "return _names.Min(StringComparer.Ordinal)!.Length + _names.MinBy(name => name, StringComparer.Ordinal)!.Length;",
        "return {|RAFT0006:new SortedSet<(string, int)>()|}.Count + new SortedSet<(long, int)>().Count;",
        "return {|RAFT0006:_pairs.OrderBy(each => (each.Id, each.Name))|}.Count() + {|RAFT0006:_pairs.Order()|}.Count();",
        "return _pairs.OrderBy(each => each.Name, StringComparer.Ordinal).ThenBy(each => each.Id).Count();",
        "return {|RAFT0006:_names.BinarySearch(command)|} + _names.BinarySearch(command, StringComparer.Ordinal);"));

    /// <summary>What is called like a count may be a fraction, which has another point in another culture.</summary>
    [Fact]
    public Task Text_OfAFractionThatIsCalledLikeACount_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields + """
            public sealed record Road(double Length, decimal Count, float? Hour);
                private readonly Road _road = new(1, 2, 3);
            """,
        "return $\"{|RAFT0005:{Math.Abs(_rate)}|}\".Length;",
        "return (command + {|RAFT0005:_road.Length|}).Length;",
        "return $\"{|RAFT0005:{_road.Count}|} {|RAFT0005:{_road?.Hour}|}\".Length;",
        "return {|RAFT0005:Math.Abs(_road.Count).ToString()|}.Length;",
        "return {|RAFT0005:new StringBuilder().Append(_road.Length)|}.Length;"));

    [Fact]
    public Task Text_OfACount_IsNotReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields + "private readonly List<string>? _names = []; private readonly short _day = 3; private const short Most = 7;",
        "return $\"{Math.Abs(_balance)} {_names?.Count} {_names!.LongCount()} {context.Time.Year} {Most}\".Length;",
        "return $\"{(long)command.Length} {(int)context.Index} {(int)(context.Time.Ticks)} {(double)command.Length}\".Length;",
        "return $\"{(int)Math.Abs(_rate)} {(object)command.Length} {(int?)_names?.Count}\".Length;",
        "return $\"{(int)DayOfWeek.Monday} {(int)context.Time.DayOfWeek} {(int)command[0]} {(long)(uint)_balance}\".Length;"));

    /// <summary>A cast decides what the text is.</summary>
    [Fact]
    public Task Text_OfACast_IsReportedByTheTypeOfTheCast() => Verify.StateMachineAsync(Code.Bodies(
        Fields + """
            private int _day; private object? _any; private ulong _hash;
                private enum Change { Down = -1, Up = 1 }
                private Change _change;
            """,
        "string text = \"a\"; text += (char)('a' + command.Length % 26); return text.Length;",
        "return $\"{(ulong)_balance} {(byte)_day}\".Length;",
        "return $\"{(DayOfWeek)_day}\".Length + (command + (DayOfWeek)_balance).Length;",
        "int i = 3; return ((char)('a' + i)).ToString().Length + string.Concat((char)i, command).Length;",
        "return $\"{|RAFT0005:{(long)_any!}|} {|RAFT0005:{(long)_hash}|} {|RAFT0005:{(int)_change}|}\".Length;",
        "return $\"{|RAFT0005:{(object)_balance}|} {|RAFT0005:{(IFormattable)_rate}|} {|RAFT0005:{(long?)_balance}|}\".Length;",
        "return {|RAFT0005:((object)_balance).ToString()|}!.Length + {|RAFT0005:((double)_balance).ToString()|}.Length;",
        "return $\"{|RAFT0005:{(double)command.Length:N2}|} {|RAFT0005:{(int)command[0]:N0}|}\".Length;"));

    [Fact]
    public Task Text_WithAProviderThatIsNull_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields + "private IFormatProvider? _provider;",
        "return {|RAFT0005:_rate.ToString(\"N1\", null)|}.Length;",
        "return {|RAFT0005:_rate.ToString((IFormatProvider?)null)|}.Length;",
        "return {|RAFT0005:_rate.ToString(default(IFormatProvider))|}.Length;",
        "return {|RAFT0005:_rate.ToString(null, null)|}.Length + {|RAFT0005:context.Time.ToString(null, null)|}.Length;",
        "return {|RAFT0005:((IFormattable)_rate).ToString(\"N1\", null)|}.Length;",
        "return context.Time.ToString(\"O\", null).Length + command.Length.ToString(null, null).Length;",
        "return _rate.ToString(null, CultureInfo.InvariantCulture).Length + _rate.ToString(provider: _provider).Length;",
        "return TimeSpan.Zero.ToString(\"c\", null).Length + {|RAFT0005:TimeSpan.Zero.ToString(\"g\", null)|}.Length;"));

    [Fact]
    public Task Text_OfOtherMethodsOfTheFramework_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        Fields + """
            private readonly StringBuilder _text = new();
                private readonly List<double> _rates = [];
                private readonly List<string> _names = [];
            """,
        "return {|RAFT0005:_text.AppendJoin(';', _rates)|}.Length;",
        "return {|RAFT0005:_text.AppendJoin(\"; \", _rate, command)|}.Length;",
        "return _text.AppendJoin(';', _names).AppendJoin(\"; \", command, command.Length).Length;",
        "return {|RAFT0005:context.Time.UtcDateTime.ToShortDateString()|}.Length;",
        "return {|RAFT0005:context.Time.UtcDateTime.ToLongTimeString()|}.Length;",
        "return {|RAFT0005:DateOnly.FromDateTime(context.Time.UtcDateTime).ToLongDateString()|}.Length;",
        "return {|RAFT0005:TimeOnly.MinValue.ToShortTimeString()|}.Length + {|RAFT0005:DateTime.UnixEpoch.GetDateTimeFormats()|}.Length;",
        "return {|RAFT0005:TimeSpan.Parse(command)|}.Ticks + TimeSpan.Parse(command, CultureInfo.InvariantCulture).Ticks;",
        "return {|RAFT0005:TimeSpan.TryParse(command, out TimeSpan time)|} ? time.Ticks : 0;",
        "Span<char> span = stackalloc char[9]; return {|RAFT0005:_rate.TryFormat(span, out _)|} ? 1 : 0;",
        "Span<char> span = stackalloc char[9]; return {|RAFT0005:_balance.TryFormat(span, out int length, \"N0\")|} ? length : 0;",
        "Span<char> span = stackalloc char[9]; return _rate.TryFormat(span, out _, provider: CultureInfo.InvariantCulture) ? 1 : 0;",
        "Span<char> span = stackalloc char[9]; return context.Time.TryFormat(span, out int length, \"O\") ? length : 0;",
        "Span<char> span = stackalloc char[9]; return command.Length.TryFormat(span, out _) || Guid.Empty.TryFormat(span, out _) ? 1 : 0;",
        "Func<string> text = {|RAFT0005:context.Time.UtcDateTime.ToShortDateString|}; return text().Length;"));

    [Fact]
    public Task Sorting_OfSpansAndImmutableSequences_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        """
        private readonly string[] _names = []; private readonly long[] _numbers = [];
            private ImmutableList<string> _list = []; private ImmutableArray<string> _array = [];
            private sealed class First : IComparable<string> { public int CompareTo(string? other) => string.CompareOrdinal("a", other); }
        """,
        "{|RAFT0006:_names.AsSpan().Sort()|}; return 0;",
        "{|RAFT0006:_names.AsSpan().Sort(_numbers.AsSpan())|}; return 0;",
        "{|RAFT0006:_names.AsSpan().Sort((IComparer<string>)null!)|}; return 0;",
        "return {|RAFT0006:_names.AsSpan().BinarySearch(command)|};",
        "return {|RAFT0006:_names.AsSpan().SequenceCompareTo(_names)|};",
        "_names.AsSpan().Sort(StringComparer.Ordinal); _names.AsSpan().Sort(string.CompareOrdinal); _numbers.AsSpan().Sort(); return 0;",
        "return _names.AsSpan().BinarySearch(command, StringComparer.Ordinal) + _numbers.AsSpan().BinarySearch(3L);",
        "return _names.AsSpan().BinarySearch(new First());",
        "_list = {|RAFT0006:_list.Sort()|}; _array = {|RAFT0006:_array.Sort()|}; return {|RAFT0006:_list.BinarySearch(command)|};",
        "_list = _list.Sort(StringComparer.Ordinal); _array = _array.Sort(string.CompareOrdinal); return 0;",
        "var builder = _array.ToBuilder(); {|RAFT0006:builder.Sort()|}; builder.Sort(StringComparer.Ordinal); return builder.Count;"));
}
