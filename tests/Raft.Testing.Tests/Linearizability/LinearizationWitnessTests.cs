namespace Raft.Testing.Tests.Linearizability;

/// <summary>An order that is known beforehand is believed only if it explains everything.</summary>
public sealed class LinearizationWitnessTests
{
    private static readonly Operation<int, int> First = Completed(5, 5, beganAt: 0, endedAt: 1);
    private static readonly Operation<int, int> Abandoned = new("b", 2, 2);
    private static readonly Operation<int, int> Last = Completed(1, 8, beganAt: 3, endedAt: 4);

    [Fact]
    public void Order_ThatExplainsEverything_IsBelieved() => Assert.True(Explains(First, Abandoned, Last));

    [Fact]
    public void Order_WithoutACompletedOperation_IsNot() => Assert.False(Explains(First, Abandoned));

    [Fact]
    public void Order_WithAnotherAnswer_IsNot() => Assert.False(Explains(First, Last));

    [Fact]
    public void Order_AgainstRealTime_IsNot()
    {
        Operation<int, int> late = Completed(0, 0, beganAt: 2, endedAt: 3);

        Assert.False(LinearizationWitness.Explains(new Adder(), [First, late], [late, First]));
    }

    [Fact]
    public void Order_WithAnOperationTwice_IsNot() => Assert.False(Explains(First, Abandoned, Last, Abandoned));

    private static bool Explains(params Operation<int, int>[] order) =>
        LinearizationWitness.Explains(new Adder(), [First, Abandoned, Last], order);

    private static Operation<int, int> Completed(int input, int output, long beganAt, long endedAt) =>
        new("a", input, beganAt) { Outcome = OperationOutcome.Completed, Output = output, EndedAt = endedAt };
}
