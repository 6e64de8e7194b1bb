namespace Raft.Testing.Tests.Linearizability;

/// <summary>A state machine as the model of a history whose log is not known.</summary>
public sealed class StateMachineModelTests
{
    private readonly History<long, long> _history = new();

    [Fact]
    public void History_ThatTheMachineExplains_IsLinearizable()
    {
        int slow = _history.Begin("a", 5);
        Complete("b", 1, 6);
        _history.Complete(slow, 5);
        _history.Abandon(_history.Begin("gone", 10));
        Complete("b", 1, 17);

        Assert.Equal(LinearizabilityVerdict.Linearizable, Check().Verdict);
    }

    [Fact]
    public void Rejection_IsAnObservationOfTheState()
    {
        Complete("a", 5, 5);
        _history.Reject(_history.Begin("b", -6), "The total is 5.");
        Assert.Equal(LinearizabilityVerdict.Linearizable, Check().Verdict);

        _history.Reject(_history.Begin("b", -6), "The total is 4.");
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Check().Verdict);
    }

    [Fact]
    public void Rejection_ToAModelThatKnowsNone_IsAlwaysRight()
    {
        _history.Reject(_history.Begin("b", 6), "no");

        Assert.Equal(LinearizabilityVerdict.Linearizable, LinearizabilityChecker.Check(new Adding(), _history.Operations).Verdict);
    }

    [Fact]
    public void StaleAnswer_IsShownAsTheShortestContradiction_WithWhatTheMachineAnswers()
    {
        for (int i = 1; i <= 30; i++)
        {
            Complete("a", 1, i);
        }

        Complete("b", 1, 30);
        Complete("a", 1, 32);

        LinearizabilityResult<long, long> result = Check();

        LinearizabilityPart<long, long> part = Assert.Single(result.Parts);
        Assert.Equal([30, 30], part.Contradiction.Select(operation => operation.Output));
        Assert.Contains("These 2 of 32 operations contradict each other", result.Explanation, StringComparison.Ordinal);
        Assert.Matches("client +operation +began +ended +was answered +should have been answered", result.Explanation);
    }

    [Fact]
    public void MachineWithoutSnapshots_IsRefused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => StateMachineModel.Of(() => new Forgetting()));

        Assert.Contains("override Capture and RestoreAsync", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void States_WithEqualSnapshots_AreEqual()
    {
        StateMachineModel<long, long> model = StateMachineModel.Of(() => new Totals());

        MachineState one = model.Apply(model.InitialState, 3, out long three);
        MachineState other = model.Apply(model.Apply(model.InitialState, 1, out _), 2, out _);

        Assert.Equal(3, three);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(model.InitialState, one);
    }

    [Fact]
    public void RejectionWithoutAnEnd_IsRefused() => Assert.Throws<ArgumentException>(() => LinearizabilityChecker.Check(
        new Adding(), [new Operation<long, long>("a", 1, 0) { Outcome = OperationOutcome.Rejected }]));

    private LinearizabilityResult<long, long> Check() =>
        LinearizabilityChecker.Check(StateMachineModel.Of(() => new Totals()), _history.Operations);

    private void Complete(string client, long input, long answer) => _history.Complete(_history.Begin(client, input), answer);

    private class Forgetting() : StateMachine<long, long>(Codec.Int64, Codec.Int64)
    {
        protected long Total { get; set; }

        protected override long Apply(long command, in CommandContext context) => Total + command < 0
            ? throw new CommandRejectedException($"The total is {Total}.")
            : Total += command;
    }

    private sealed class Totals : Forgetting
    {
        protected override ISnapshotCapture? Capture() => SnapshotCapture.Of(Total, Codec.Int64);

        protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken) =>
            Total = await SnapshotCapture.ReadAsync(snapshot, Codec.Int64, cancellationToken);
    }

    private sealed class Adding : SequentialModel<long, long, long>
    {
        public override long InitialState => 0;

        public override long Apply(long state, long input, out long output) => output = state + input;
    }
}
