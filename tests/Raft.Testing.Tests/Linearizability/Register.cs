namespace Raft.Testing.Tests.Linearizability;

/// <summary>
/// A register: reads give the last value written. An input of null reads; the output of a write is the value before it, which
/// nobody looks at.
/// </summary>
internal sealed class Register : SequentialModel<int, int?, int>
{
    public static readonly Register Model = new();

    public override int InitialState => 0;

    public override int Apply(int state, int? input, out int output)
    {
        output = input ?? state;
        return input ?? state;
    }
}
