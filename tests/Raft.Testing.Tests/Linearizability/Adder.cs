namespace Raft.Testing.Tests.Linearizability;

/// <summary>Adds up, and answers with the sum.</summary>
internal sealed class Adder : SequentialModel<int, int, int>
{
    public override int InitialState => 0;

    public override int Apply(int state, int input, out int output) => output = state + input;
}
