using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>Code as an editor sees it while it is typed. The analyzers may report anything there, but must end.</summary>
public class HalfTypedTests
{
    private const string Fields = "private readonly Dictionary<string, int> _table = new(); private readonly List<string> _list = new();";

    [Theory]
    [InlineData("IEnumerable<int> a = b.Where(x => x > 1); IEnumerable<int> b = a.Where(x => x > 1); foreach (var x in a) { } return 0;")]
    [InlineData("IEnumerable<int> a = a.Where(x => x > 1); foreach (var x in a) { } return 0;")]
    [InlineData("var a = b.Keys; Dictionary<string, int> b = a.Values; foreach (var x in a.Keys) { _list.Add(x); } return 0;")]
    [InlineData("Dictionary<string, int> a = a.Keys; foreach (var x in a) { _list.Add(x.Key); } return 0;")]
    [InlineData("List<string> a = b; List<string> b = a; foreach (var x in _table) { a.Add(x.Key); } return 0;")]
    [InlineData("List<string> a = [.. a, .. _table.Keys.ToList()]; foreach (var x in _table) { a.Add(x.Key); } return 0;")]
    [InlineData("var a = Stopwatch.GetTimestamp() - b; var b = a; a = b; return 0;")]
    [InlineData("Random a = b; Random b = a; return a.Next();")]
    [InlineData("foreach (var x in ) { return x; } using (var y = ) { } _list?. ; return $\"{}\".;")]
    [InlineData("_list.Sort(; Array.Sort(); string.Join(); new SortedSet<string>(; Convert.ToString(); int.Parse; return")]
    public Task Body_ThatDoesNotCompile_IsExaminedToItsEnd(string body) => Verify.HalfTypedAsync(Code.Apply(body, Fields));

    [Fact]
    public Task Types_ThatDoNotCompile_AreExaminedToTheirEnd() => Verify.HalfTypedAsync(Code.Types(
        """
        public class A : B { protected override long Apply(string command, in CommandContext context) => Apply(command, context); }
        public class B : A { public int X => Y; public int Y => X; public static int Z = Z + Z; }
        public class C(int a, int a) : StateMachine<string, long>(null!, null!)
        {
            private int _b = a++;
            protected override long Apply(string command, in CommandContext context) => a++ + _b + this.;
            protected override ISnapshotCapture Capture() => SnapshotCapture.Of(
        }
        """));
}
