namespace Raft.Testing.Tests.Linearizability;

/// <summary>A write of a value to a key, or a read of it if the value is null.</summary>
internal sealed record KeyedInput(int Key, int? Value);

/// <summary>One register of several, each of which is judged apart. A write answers with the value that it replaced.</summary>
internal sealed class KeyedRegister : SequentialModel<int, KeyedInput, int>
{
    public static readonly KeyedRegister Model = new();

    public override int InitialState => 0;

    public override int Apply(int state, KeyedInput input, out int output)
    {
        output = state;
        return input.Value ?? state;
    }
}
