namespace Raft.Testing.Tests.Linearizability;

/// <summary>Operations made by hand that contradict themselves are refused by name: a verdict on them would be worth nothing.</summary>
public sealed class HistoryValidationTests
{
    private static readonly Operation<int?, int> Begun = new("writer", 1, BeganAt: 5);

    [Fact]
    public void End_WithoutAnOutcome_IsRefused() =>
        Expect("Operation 0 of the history, '[5 to ...] writer: 1 -> unknown', has an end but no outcome.", Begun with { EndedAt = 6 });

    [Fact]
    public void Output_WithoutAnOutcome_IsRefused() => Expect("has an output but no outcome.", Begun with { Output = 1 });

    [Fact]
    public void Completed_WithoutAnEnd_IsRefused() =>
        Expect("is completed but has no end.", Begun with { Outcome = OperationOutcome.Completed, Output = 1 });

    [Theory]
    [InlineData(OperationOutcome.Completed)]
    [InlineData(OperationOutcome.Unknown)]
    public void End_BeforeTheBeginning_IsRefused(OperationOutcome outcome) =>
        Expect("ends at 4, before it begins at 5.", Begun with { Outcome = outcome, EndedAt = 4 });

    [Fact]
    public void Outcome_ThatIsNone_IsRefused() => Expect("has the outcome 7, which does not exist.", Begun with { Outcome = (OperationOutcome)7 });

    [Fact]
    public void Operation_ListedTwice_IsRefused() => Expect(
        "Operation 2 of the history, '[5 to ...] writer: 1 -> unknown', is listed twice: it is operation 0 too.",
        Begun,
        Begun with { },
        Begun);

    [Fact]
    public void Null_IsRefused() => Expect("Operation 1 of the history, '', is null.", Begun, null!);

    [Fact]
    public void UnknownOutcome_ThatIsStated_MayHaveAnEnd()
    {
        Operation<int?, int>[] history = [Begun with { Outcome = OperationOutcome.Unknown, EndedAt = 9 }];

        Assert.Equal(LinearizabilityVerdict.Linearizable, LinearizabilityChecker.Check(Register.Model, history).Verdict);
    }

    private static void Expect(string message, params Operation<int?, int>[] history)
    {
        ArgumentException whole = Assert.Throws<ArgumentException>(() => LinearizabilityChecker.Check(Register.Model, history));
        Assert.Contains(message, whole.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LinearizabilityChecker.Check(Register.Model, history, static _ => 0));
    }
}
