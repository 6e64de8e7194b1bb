using Raft.Analyzers.Tests.Verification;

namespace Raft.Analyzers.Tests.Rules;

/// <summary>RAFT0002, RAFT0003, RAFT0004 and RAFT0007: values that differ from node to node.</summary>
public class SourcesTests
{
    [Fact]
    public Task RandomNumber_InApply_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return {|RAFT0002:Random.Shared|}.Next();",
        "return {|RAFT0002:new Random()|}.Next();",
        "return {|RAFT0002:System.Security.Cryptography.RandomNumberGenerator.GetInt32(6)|};",
        "return {|RAFT0002:Path.GetRandomFileName()|}.Length;"));

    [Fact]
    public Task Random_WithASeedOfTheCommand_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "return new Random((int)context.Index).Next();"));

    [Fact]
    public Task Random_InAField_IsReportedWhereItIsUsed() => Verify.StateMachineAsync(Code.Apply(
        "return Draw();", "private readonly Random _random = new(7); private long Draw() => {|RAFT0002:_random.Next()|};"));

    [Fact]
    public Task Random_Suppressed_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        """
        #pragma warning disable RAFT0002
        return Random.Shared.Next();
        """));

    [Fact]
    public Task NewGuid_InApply_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return {|RAFT0003:Guid.NewGuid()|}.ToString().Length;",
        "return {|RAFT0003:Guid.CreateVersion7(context.Time)|}.ToString().Length;",
        "Func<Guid> create = {|RAFT0003:Guid.NewGuid|}; return create().ToString().Length;",
        "return Id().ToString().Length; static Guid Id() => {|RAFT0003:Guid.NewGuid()|};"));

    [Fact]
    public Task Guid_OfTheCommand_IsNotReported() => Verify.StateMachineAsync(Code.Apply("return Guid.Parse(command).ToByteArray()[0];"));

    [Fact]
    public Task Environment_InApply_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return {|RAFT0004:Environment.MachineName|}.Length;",
        "return {|RAFT0004:Environment.ProcessId|};",
        "return {|RAFT0004:Environment.GetEnvironmentVariable(\"LIMIT\")|} is null ? 0 : 1;",
        "return {|RAFT0004:AppContext.BaseDirectory|}.Length;",
        "return {|RAFT0004:System.Runtime.InteropServices.RuntimeInformation.OSDescription|}.Length;",
        "return Limit(); static long Limit() => {|RAFT0004:Environment.ProcessorCount|};"));

    [Fact]
    public Task Environment_InAConstructor_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "return _path.Length;", "private readonly string _path = Environment.GetEnvironmentVariable(\"DATA\") ?? \"data\";"));

    [Fact]
    public Task FailFast_InApply_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "if (command.Length == 0) Environment.FailFast(\"broken\"); return 0;"));

    [Fact]
    public Task TimeZone_InApply_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "",
        "return {|RAFT0007:TimeZoneInfo.Local|}.BaseUtcOffset.Ticks;",
        "return {|RAFT0007:context.Time.ToLocalTime()|}.Day;",
        "return {|RAFT0007:context.Time.LocalDateTime|}.Day;",
        "return {|RAFT0007:context.Time.UtcDateTime.ToLocalTime()|}.Day;",
        "return Day(context.Time); static long Day(DateTimeOffset time) => {|RAFT0007:time.ToLocalTime()|}.Day;"));

    [Fact]
    public Task OffsetOfTheCommand_InApply_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "return context.Time.ToOffset(TimeSpan.FromHours(2)).Day + context.Time.UtcDateTime.Day;"));

    [Fact]
    public Task Random_ThatOutlivesTheCommand_IsReportedWhereItIsUsed() => Verify.StateMachineAsync(Code.Types(
        """
        public sealed class Bank(Random random) : StateMachine<string, long>(Codec.Utf8, Codec.Int64)
        {
            private static readonly Random Dice = {|RAFT0002:new()|};
            private static Random Shared { get; } = new(5);

            protected override long Apply(string command, in CommandContext context)
            {
                Random dice = Dice;
                return {|RAFT0002:random.Next()|} + {|RAFT0002:Dice.Next()|} + {|RAFT0002:Shared.Next()|} + {|RAFT0002:dice.Next()|};
            }
        }
        """));

    [Fact]
    public Task Random_OfTheCommandInAVariableOrParameter_IsNotReported() => Verify.StateMachineAsync(Code.Apply(
        "Random dice = new((int)context.Index); return dice.Next() + Roll(dice) + Draw((int)context.Term).Next();",
        "private static long Roll(Random dice) => dice.Next(6); private static Random Draw(int seed) => new(seed);"));

    [Fact]
    public Task InitialValue_OfAStaticField_IsReported() => Verify.StateMachineAsync(Code.Apply(
        "return Id.ToByteArray()[0] + Created.Ticks + Order.Count;",
        """
        private static readonly Guid Id = {|RAFT0003:Guid.NewGuid()|};
            private static readonly DateTime Created;
            private static SortedSet<string> Order { get; } = {|RAFT0006:new()|};
            private static readonly Guid Unused = Guid.NewGuid();
            private static readonly string Folder = Environment.CurrentDirectory;
            static Bank() { Created = {|RAFT0001:DateTime.UtcNow|}; }
        """));

    [Fact]
    public Task ConversionToUtc_OfATimeOfUnknownKind_IsReported() => Verify.StateMachineAsync(Code.Bodies(
        "private DateTime _time;",
        "return {|RAFT0007:_time.ToUniversalTime()|}.Ticks;",
        "return context.Time.ToUniversalTime().Ticks;"));
}
