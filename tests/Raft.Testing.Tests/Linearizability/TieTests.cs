namespace Raft.Testing.Tests.Linearizability;

/// <summary>
/// Clocks have many moments at which one operation ends and another begins. Which of them came first is not known, so either order may
/// explain what was seen.
/// </summary>
public sealed class TieTests
{
    private static readonly Operation<int?, int> Write = Completed("writer", 1, 1, beganAt: 0, endedAt: 5);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ReadThatBeginsWhenAWriteEnds_SeesEither_WhicheverIsListedFirst(int seen)
    {
        Operation<int?, int> read = Completed("reader", null, seen, beganAt: 5, endedAt: 6);

        Assert.Equal(LinearizabilityVerdict.Linearizable, Check(Write, read));
        Assert.Equal(LinearizabilityVerdict.Linearizable, Check(read, Write));
    }

    [Fact]
    public void ReadThatBeginsAMomentLater_SeesTheValueBefore_IsNotLinearizable()
    {
        Operation<int?, int> read = Completed("reader", null, 0, beganAt: 6, endedAt: 6);

        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Check(Write, read));
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Check(read, Write));
    }

    [Fact]
    public void UnknownWriteThatBeginsWhenAReadEnds_MayHaveBeenSeen()
    {
        Operation<int?, int> read = Completed("reader", null, 1, beganAt: 0, endedAt: 5);

        Assert.Equal(LinearizabilityVerdict.Linearizable, Check(read, new Operation<int?, int>("writer", 1, BeganAt: 5)));
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Check(read, new Operation<int?, int>("writer", 1, BeganAt: 6)));
    }

    [Fact]
    public void OperationsOfOneMoment_TakeEffectInAnyOrder() => Assert.Equal(
        LinearizabilityVerdict.Linearizable,
        Check(
            Completed("reader", null, 0, beganAt: 3, endedAt: 3),
            Completed("writer", 2, 2, beganAt: 3, endedAt: 3),
            Completed("other", 1, 1, beganAt: 3, endedAt: 3),
            Completed("reader", null, 2, beganAt: 3, endedAt: 4)));

    private static LinearizabilityVerdict Check(params Operation<int?, int>[] operations) =>
        LinearizabilityChecker.Check(Register.Model, operations).Verdict;

    private static Operation<int?, int> Completed(string client, int? input, int output, long beganAt, long endedAt) =>
        new(client, input, beganAt) { Outcome = OperationOutcome.Completed, Output = output, EndedAt = endedAt };
}
