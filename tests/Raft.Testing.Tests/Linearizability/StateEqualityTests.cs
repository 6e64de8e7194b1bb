using System.Collections.Immutable;

namespace Raft.Testing.Tests.Linearizability;

/// <summary>A search remembers states. If equal ones are not recognized, it tries everything over and over, and nobody notices.</summary>
public sealed class StateEqualityTests
{
    private static readonly Operation<int, int> Add = new("adder", 1, BeganAt: 0)
    {
        Outcome = OperationOutcome.Completed,
        Output = 1,
        EndedAt = 1,
    };

    [Fact]
    public void ImmutableCollection_IsRefused() => Expect(new ListModel(), "ImmutableList");

    [Fact]
    public void RecordWithAnImmutableCollection_IsRefused() => Expect(new RecordModel(), "Sums");

    [Fact]
    public void RecordWithAnImmutableCollection_OfOperationsWithoutAnAnswer_IsRefused()
    {
        Operation<int, int> unknown = new("gone", 5, BeganAt: 0);

        Assert.Throws<ArgumentException>(
            () => LinearizabilityChecker.Check(new RecordModel(), [unknown, Add with { Output = 6 }], static _ => 0));
    }

    [Fact]
    public void StateThatIsUnchanged_NeedsNoEquality() => Assert.Equal(
        LinearizabilityVerdict.Linearizable,
        LinearizabilityChecker.Check(new ListModel(), [Add with { Input = 0, Output = 0 }]).Verdict);

    private static void Expect<TState>(SequentialModel<TState, int, int> model, string state)
        where TState : notnull
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => LinearizabilityChecker.Check(model, [Add]));
        Assert.Contains(model.GetType().Name, refused.Message, StringComparison.Ordinal);
        Assert.Contains(state, refused.Message, StringComparison.Ordinal);
        Assert.Contains("value equality", refused.Message, StringComparison.Ordinal);
    }

    private sealed record Sums(ImmutableList<int> All);

    private sealed class RecordModel : SequentialModel<Sums, int, int>
    {
        public override Sums InitialState { get; } = new([0]);

        public override Sums Apply(Sums state, int input, out int output)
        {
            output = state.All[^1] + input;
            return new Sums(state.All.Add(output));
        }
    }

    private sealed class ListModel : SequentialModel<ImmutableList<int>, int, int>
    {
        public override ImmutableList<int> InitialState => [0];

        public override ImmutableList<int> Apply(ImmutableList<int> state, int input, out int output)
        {
            output = state[^1] + input;
            return input == 0 ? state : state.Add(output);
        }
    }
}
