using System.Buffers;
using Raft.Testing.Tests.Clusters;

namespace Raft.Testing.Tests.Linearizability;

/// <summary>The user's state machine as its own model, along a log that is known.</summary>
public sealed class OwnMachineCheckTests
{
    private readonly List<LoggedCommand<BankCommand, Receipt>> _log = [];
    private readonly List<Operation<BankCommand, Receipt>> _operations = [];
    private long _moment;

    [Fact]
    public void AnswersWithTheIndexOfTheirCommand_AndRejections_AreExplained()
    {
        Log(index: 3, new Deposit("ann", 5), answer: new Receipt(5, 3));
        Log(index: 7, new Withdraw("ann", 2), answer: new Receipt(3, 7));
        LogRejected(index: 8, new Withdraw("ann", 9), "ann has 3.");

        Assert.Null(Check());
    }

    [Fact]
    public void WrongAnswer_IsShownWithOnlyTheCommandsThatMatter_AndTheRightAnswer()
    {
        for (int i = 0; i < 20; i++)
        {
            Log(index: 10 + i, new Deposit($"other{i}", 1), answer: new Receipt(1, 10 + i));
        }

        Log(index: 40, new Deposit("ann", 5), answer: new Receipt(5, 40));
        Log(index: 41, new Deposit("bob", 5), answer: new Receipt(5, 41));
        Log(index: 42, new Withdraw("ann", 2), answer: new Receipt(98, 42));

        string contradiction = Check()!;

        Assert.Contains("These 2 of 23 commands show it", contradiction, StringComparison.Ordinal);
        string[] rows = contradiction.Split(Environment.NewLine);
        Assert.Equal(4, rows.Length);
        Assert.Matches("client +operation +index +began +ended +was answered +should have been answered", rows[1]);
        Assert.Matches("Deposit .*ann.* 40 .*Receipt .*Balance = 5.*Receipt .*Balance = 5", rows[2]);
        Assert.Matches("Withdraw .*ann.* 42 .*Balance = 98.*Balance = 3", rows[3]);
    }

    [Fact]
    public void Rejection_ThatTheStateDoesNotExplain_IsAContradiction()
    {
        Log(index: 1, new Deposit("ann", 5), answer: new Receipt(5, 1));
        LogRejected(index: 2, new Withdraw("ann", 9), "ann has 4.");

        string contradiction = Check()!;

        Assert.Contains("rejected: ann has 4.", contradiction, StringComparison.Ordinal);
        Assert.Contains("rejected: ann has 5.", contradiction, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejection_OfACommandThatTheMachineAccepts_IsAContradiction()
    {
        LogRejected(index: 2, new Deposit("ann", 9), "no");

        Assert.Matches("rejected: no +Receipt", Check()!);
    }

    [Fact]
    public void Log_AgainstRealTime_IsAContradictionOfTwoOperations()
    {
        Operation<BankCommand, Receipt> first = Complete(new Deposit("ann", 1), new Receipt(2, 6));
        Operation<BankCommand, Receipt> second = Complete(new Deposit("ann", 1), new Receipt(1, 5));
        Add(5, second);
        Add(6, first);

        Assert.StartsWith(
            "The history is not linearizable: the log has two operations in the wrong order", Check()!, StringComparison.Ordinal);
    }

    [Fact]
    public void AnswerWithoutACommandInTheLog_IsAContradiction()
    {
        Complete(new Deposit("ann", 1), new Receipt(1, 5));

        Assert.Contains("no command between the beginning and the end", Check()!, StringComparison.Ordinal);
    }

    /// <summary>A part of the log may lead to states in which the machine throws.</summary>
    [Fact]
    public void WrongAnswer_OfAMachineThatThrowsWithoutTheCommandsBefore_IsShown()
    {
        Operation<long, long>[] operations = [.. new long[] { 0, 1, 3 }.Select(static (answer, i) => Answered(i == 0 ? 0 : 1, answer, i))];
        LoggedCommand<long, long>[] log = [.. operations.Select(static (operation, i) => CommandOf(i + 1, operation, Codec.Int64))];

        string contradiction = new OwnMachineCheck<long, long>(() => new Door(Codec.Int64), log, operations).FindContradiction()!;

        Assert.Contains("received another answer than the state machine gives", contradiction, StringComparison.Ordinal);
        Assert.Contains("These 3 of 3 commands show it", contradiction, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_ThatItsCodecWritesInAnotherWayAgain_IsComparedAsItWasReceived()
    {
        Operation<long, long> operation = Answered(command: 0, answer: 0, moment: 0);
        LoggedCommand<long, long> logged = CommandOf(index: 1, operation, new Padded()) with { Answer = [0, 1] };

        Assert.Null(new OwnMachineCheck<long, long>(() => new Large(), [logged], [operation]).FindContradiction());
    }

    [Fact]
    public void Answer_ThatDiffersInItsBytesOnly_NamesTheCodec()
    {
        Operation<long, long> operation = Answered(command: 0, answer: 0, moment: 0);
        LoggedCommand<long, long> logged = CommandOf(index: 1, operation, new Padded()) with { Answer = [0, 9] };

        string contradiction = new OwnMachineCheck<long, long>(() => new Door(new Padded()), [logged], [operation]).FindContradiction()!;

        Assert.Contains("Both are the same result, which Padded has written in two ways", contradiction, StringComparison.Ordinal);
    }

    /// <summary>A node only writes results, so their codec need not read them.</summary>
    [Fact]
    public void Answer_ThatItsCodecDoesNotRead_IsShownAsBytes()
    {
        Operation<long, long> operation = Answered(command: 0, answer: 0, moment: 0);
        LoggedCommand<long, long> logged = CommandOf(index: 1, operation, new Padded()) with { Answer = [7] };

        string contradiction = new OwnMachineCheck<long, long>(() => new Door(new WriteOnly()), [logged], [operation]).FindContradiction()!;

        Assert.Contains("client 1 received another answer", contradiction, StringComparison.Ordinal);
        Assert.Contains("the bytes 00", contradiction, StringComparison.Ordinal);
    }

    [Fact]
    public void RejectionPlaces_ChooseACommandWithinRealTime()
    {
        Operation<BankCommand, Receipt> before = Complete(new Deposit("ann", 1), new Receipt(1, 5));
        Operation<BankCommand, Receipt> rejected = Reject(new Withdraw("ann", 9), "no");
        Operation<BankCommand, Receipt> after = Complete(new Deposit("ann", 1), new Receipt(1, 9));
        RejectionPlaces<BankCommand, Receipt> places = new([(before, 5), (after, 9)]);

        Assert.Equal(7, places.Place(rejected, [3, 7, 8, 11]));
        Assert.Null(places.Place(rejected, [3, 11]));
    }

    [Fact]
    public void Simulation_WithRejections_IsExplainedByItsOwnMachine_InEveryAnswer()
    {
        SimulationReport<BankCommand, Receipt> report = Simulation.Run(
            seed: 11,
            () => new Bank(),
            random => random.Next(2) == 0 ? new Deposit("ann", random.Next(9)) : new Withdraw("ann", random.Next(9)),
            new SimulationOptions { Duration = TimeSpan.FromSeconds(20) });

        report.ThrowUnlessLinearizable();
        Assert.Contains(report.Operations, static operation => operation.Outcome == OperationOutcome.Rejected);
        Assert.Contains(report.Operations, static operation => operation.Outcome == OperationOutcome.Completed);
    }

    private static Operation<long, long> Answered(long command, long answer, int moment) =>
        new("client 1", command, moment * 2) { Outcome = OperationOutcome.Completed, Output = answer, EndedAt = (moment * 2) + 1 };

    private static LoggedCommand<long, long> CommandOf(int index, Operation<long, long> operation, ICodec<long> results)
    {
        LogEntry entry = new(1, EntryKind.Command, Codec.Encode(Codec.Int64, operation.Input), SimulatedClock.Origin);
        return new LoggedCommand<long, long>(index, entry, IsRejected: false, operation, Codec.Encode(results, operation.Output), []);
    }

    private string? Check() => new OwnMachineCheck<BankCommand, Receipt>(() => new Bank(), _log, _operations).FindContradiction();

    private void Log(long index, BankCommand command, Receipt answer) => Add(index, Complete(command, answer));

    private void LogRejected(long index, BankCommand command, string reason)
    {
        Operation<BankCommand, Receipt> operation = Reject(command, reason);
        _log.Add(new LoggedCommand<BankCommand, Receipt>(
            index, EntryOf(command), IsRejected: true, Owner: null, Answer: null, [operation]));
    }

    private void Add(long index, Operation<BankCommand, Receipt> operation) =>
        _log.Add(new LoggedCommand<BankCommand, Receipt>(
            index, EntryOf(operation.Input), IsRejected: false, operation, Encode(operation.Output), []));

    private static byte[] Encode(Receipt answer) => Codec.Encode(Codec.Json(BankJson.Default.Receipt), answer);

    private static LogEntry EntryOf(BankCommand command) =>
        new(1, EntryKind.Command, Codec.Encode(Codec.Json(BankJson.Default.BankCommand), command), SimulatedClock.Origin);

    private Operation<BankCommand, Receipt> Complete(BankCommand command, Receipt answer) => Note(
        new Operation<BankCommand, Receipt>("client 1", command, _moment++)
        {
            Outcome = OperationOutcome.Completed,
            Output = answer,
            EndedAt = _moment++,
        });

    private Operation<BankCommand, Receipt> Reject(BankCommand command, string reason) => Note(
        new Operation<BankCommand, Receipt>("client 2", command, _moment++)
        {
            Outcome = OperationOutcome.Rejected,
            Rejection = reason,
            EndedAt = _moment++,
        });

    private Operation<BankCommand, Receipt> Note(Operation<BankCommand, Receipt> operation)
    {
        _operations.Add(operation);
        return operation;
    }

    /// <summary>Zero opens it; one counts, and may only come later.</summary>
    private sealed class Door(ICodec<long> results) : StateMachine<long, long>(Codec.Int64, results)
    {
        private long? _count;

        protected override long Apply(long command, in CommandContext context) => command == 0
            ? (_count = 0).Value
            : (_count = (_count ?? throw new InvalidOperationException("It is closed.")) + 1).Value;
    }

    private sealed class WriteOnly : ICodec<long>
    {
        public long Read(ReadOnlyMemory<byte> data) => throw new NotSupportedException();

        public void Write(long value, IBufferWriter<byte> output) => output.Write([(byte)value]);
    }

    /// <summary>Answers with the second byte set.</summary>
    private sealed class Large() : StateMachine<long, long>(Codec.Int64, new Padded())
    {
        protected override long Apply(long command, in CommandContext context) => 256 + command;
    }

    /// <summary>One byte for the number, followed by one that readers ignore.</summary>
    private sealed class Padded : ICodec<long>
    {
        public long Read(ReadOnlyMemory<byte> data) => data.Span[0];

        public void Write(long value, IBufferWriter<byte> output) => output.Write((ReadOnlySpan<byte>)[(byte)value, (byte)(value >> 8)]);
    }
}
