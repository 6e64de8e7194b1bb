using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>RAFT0011 to RAFT0015, RAFT0020 and RAFT0021: what reaches outside of the state machine.</summary>
public class EffectTests
{
    private const string Members = """
        private static int _count;
            private static readonly Dictionary<string, int> Cache = new();
            private static readonly Dictionary<string, int> Table = new() { ["a"] = 1 };
            private static string? _lazy;
            public static int Limit { get; set; }
            private const int Maximum = 5;
            private static readonly int Last = 4;
            private static readonly int[] Values = new int[5];
        """;

    [Fact]
    public Task StaticState_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        Members,
        "return {|RAFT0011:_count|}++;",
        "{|RAFT0011:Cache|}[command] = 1; return 0;",
        "{|RAFT0011:Cache|}.Add(command, 1); return 0;",
        "return {|RAFT0011:Limit|};",
        "{|RAFT0011:Values|}[Last] = 1; return 0;",
        "{|RAFT0011:Values|}[^1]++; return 0;",
        "return Next(); static long Next() => Interlocked.Increment(ref {|RAFT0011:_count|});"));

    [Fact]
    public Task StaticTables_AndConstants_AreNotReported() => Verify.StateMachineAsync(Code.Bodies(
        Members,
        "return Table[command] + Maximum + Table.Count;",
        "return (_lazy ??= \"a\").Length;",
        "int[] copy = new int[5]; copy[Last] = Values[(int)Last]; copy[^Last]++; return copy[0];"));

    [Fact]
    public Task ParallelWork_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "private void Later() { }",
        "{|RAFT0012:Task.Run(() => Later())|}; return 0;",
        "{|RAFT0012:new Thread(() => Later())|}.Start(); return 0;",
        "{|RAFT0012:Parallel.For(0, 10, _ => Later())|}; return 0;",
        "return {|RAFT0012:new[] { 1 }.AsParallel()|}.Sum();",
        "using var timer = {|RAFT0012:new Timer(_ => Later())|}; return 0;",
        "Start(); return 0; void Start() => {|RAFT0012:ThreadPool.QueueUserWorkItem(_ => Later())|};"));

    [Fact]
    public Task Locks_AreNotReported() => Verify.StateMachineAsync(Code.Apply(
        "lock (_lock) { Interlocked.Increment(ref _count); } return Volatile.Read(ref _count);",
        "private readonly Lock _lock = new(); private int _count; public Task Wait() => Task.Run(() => _count);"));

    [Fact]
    public Task Waiting_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "private static Task<int> Ask() => Task.FromResult(1);",
        "{|RAFT0013:Thread.Sleep(10)|}; return 0;",
        "return {|RAFT0013:Ask().Result|};",
        "{|RAFT0013:Ask().Wait()|}; return 0;",
        "return {|RAFT0013:Ask().GetAwaiter().GetResult()|};",
        "return {|RAFT0013:Ask().ConfigureAwait(false).GetAwaiter().GetResult()|};",
        "Pause(); return 0; void Pause() => {|RAFT0013:Thread.Sleep(1)|};"));

    [Fact]
    public Task Delay_InApplyAsync_IsReported() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed class Plain : IStateMachine
        {
            public async ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping) =>
                await {|RAFT0013:Task.Delay(10, stopping)|};
        }
        """));

    [Fact]
    public Task InputAndOutput_AreReported() => Verify.StateMachineAsync(Code.Bodies(
        "private readonly HttpClient _http = null!;",
        "{|RAFT0014:Console.WriteLine(command)|}; return 0;",
        "return {|RAFT0014:File.Exists(command)|} ? 1 : 0;",
        "using var request = new HttpRequestMessage(); return (long){|RAFT0014:_http.Send(request)|}.StatusCode;",
        "return {|RAFT0014:Process.GetCurrentProcess()|} is null ? 0 : 1;",
        "Save(command); return 0; static void Save(string text) => {|RAFT0014:File.WriteAllText(\"a\", text)|};"));

    [Fact]
    public Task Logging_AndStreamsInMemory_AreNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        _logger.LogInformation("Applied");
        using var stream = new MemoryStream();
        return stream.Length + Path.Combine(command, "a").Length;
        """,
        "private readonly ILogger _logger = null!;"));

    [Fact]
    public Task FilesOfADurableStateMachine_AreNotReported() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed class Durable : IStateMachine
        {
            private long _index;

            public long AppliedIndex => _index;

            public bool MayBlock => true;

            public ValueTask ApplyAsync(CommittedBatch batch, CancellationToken stopping)
            {
                _index++;
                File.WriteAllText("index", "1");
                Task.CompletedTask.Wait();
                _ = {|RAFT0012:Task.Run(() => { })|};
                return ValueTask.CompletedTask;
            }
        }
        """));

    [Fact]
    public Task CallsOfTheOwnNode_AreReported() => Verify.StateMachineAsync(Code.Bodies(
        """
        private readonly RaftNode _node = null!;
            private readonly IProposer<string, long> _proposer = null!;
            private readonly IReader<StringLog> _reader = null!;
        """,
        "_ = {|RAFT0015:_node.ProposeAsync(command)|}; return 0;",
        "return {|RAFT0015:_proposer.ProposeAsync(command)|}.AsTask().IsCompleted ? 1 : 0;",
        "return {|RAFT0013:{|RAFT0015:_reader.ReadAsync(log => log.Entries.Count)|}.AsTask().Result|};",
        "Again(); return 0; void Again() => _ = {|RAFT0015:_proposer.ProposeAsync(\"again\")|};",
        "return _node.Id == default ? 0 : 1;"));

    [Fact]
    public Task CatchOfAllExceptions_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "try { return command.Length; } {|RAFT0020:catch|} (Exception) { return 0; }",
        "return Try(command); static long Try(string text) { try { return text.Length; } {|RAFT0020:catch|} { return 0; } }",
        "try { return command.Length; } catch (FormatException) { return 0; }",
        "try { return command.Length; } catch (Exception exception) { throw new InvalidOperationException(\"a\", exception); }",
        "try { return command.Length; } catch (Exception exception) when (exception is FormatException) { return 0; }",
        "try { return command.Length; } catch { throw; }"));

    [Fact]
    public Task AsyncVoid_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "Action later = {|RAFT0021:async () => await Task.Yield()|}; later(); return 0;",
        "Local(); return 0; async void {|RAFT0021:Local|}() => await Task.Yield();",
        "Func<Task> fine = async () => await Task.Yield(); return fine is null ? 0 : 1;"));

    [Fact]
    public Task AsyncVoidMethod_ThatIsCalled_IsReportedWhereItIsDeclared() => Verify.StateMachineAsync(Code.Apply(
        "Notify(); return 0;",
        "private async void {|RAFT0021:Notify|}() => await Task.Yield(); private async void Other() => await Task.Yield();"));

    [Fact]
    public Task Effects_OfRestoring_AreNotReported() => Verify.StateMachineAsync(Code.Machine(
        """
        private string _state = "";

            protected override long Apply(string command, in CommandContext context) => (_state = command).Length;

            protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(_state, Codec.Utf8);

            protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
            {
                try
                {
                    _state = await SnapshotCapture.ReadAsync(snapshot, Codec.Utf8, cancellationToken);
                    await Task.Run(() => File.WriteAllText("restored", _state));
                }
                catch (Exception)
                {
                    _state = {|RAFT0004:Environment.MachineName|};
                }
            }
        """));

    [Fact]
    public Task Effects_Suppressed_AreNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        #pragma warning disable RAFT0011, RAFT0012, RAFT0013, RAFT0014, RAFT0020, RAFT0021
        try { _count++; Thread.Sleep(1); Console.WriteLine(); Task.Run(() => { }); } catch { }
        Action later = async () => await Task.Yield();
        return 0;
        """,
        "private static int _count;"));

    [Fact]
    public Task Waiting_ForAValueTaskOrASemaphore_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        """
        private static ValueTask<int> Ask() => new(1);
            private static Task<int> AskLater() => Task.FromResult(1);
            private readonly SemaphoreSlim _semaphore = new(1);
        """,
        "return {|RAFT0013:Ask().Result|};",
        "return {|RAFT0013:Ask().GetAwaiter().GetResult()|};",
        "return {|RAFT0013:Ask().ConfigureAwait(false).GetAwaiter().GetResult()|};",
        "{|RAFT0013:_semaphore.Wait()|}; return 0;",
        "return {|RAFT0013:_semaphore.Wait(1)|} || {|RAFT0013:_semaphore.Wait(TimeSpan.FromSeconds(1))|} ? 1 : 0;",
        "return {|RAFT0013:_semaphore.Wait(command.Length)|} || {|RAFT0013:_semaphore.Wait(Timeout.Infinite)|} ? 1 : 0;",
        "{|RAFT0013:Thread.Sleep(0)|}; return 0;",
        "return {|RAFT0013:Monitor.Wait(_semaphore, 0)|} ? 1 : 0;",
        "return _semaphore.Wait(0) || _semaphore.Wait(TimeSpan.Zero) || _semaphore.Wait(default(TimeSpan)) ? 1 : 0;",
        "return AskLater().Wait(0) || _semaphore.AvailableWaitHandle.WaitOne(millisecondsTimeout: 0) ? 1 : 0;",
        "ValueTask<int> task = Ask(); return task.IsCompletedSuccessfully ? task.Result : 0;",
        "Task<int> task = AskLater(); return task.IsCompleted ? task.GetAwaiter().GetResult() : 0;"));

    [Fact]
    public Task ReadersAndWriters_OfAPath_AreReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "using StreamReader reader = {|RAFT0014:new(command)|}; return 0;",
        "using var writer = {|RAFT0014:new StreamWriter(command, append: true)|}; return 0;",
        "using StreamReader reader = new(new MemoryStream()); return reader.Read();",
        "using StringReader reader = new(command); return reader.Read();"));
}
