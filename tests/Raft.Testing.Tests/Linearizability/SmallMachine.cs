namespace Raft.Testing.Tests.Linearizability;

/// <summary>What a <see cref="SmallMachine"/> can do.</summary>
internal enum SmallKind
{
    Read,
    Set,
    Add,

    /// <summary>Adds, but only to zero.</summary>
    AddToZero,
}

/// <summary>An operation on a key.</summary>
internal sealed record SmallInput(int Key, SmallKind Kind, int Value);

/// <summary>Two keys with values of 0 to 2. Every operation answers with the value that it leaves.</summary>
internal sealed class SmallMachine : SequentialModel<(int Zero, int One), SmallInput, int>
{
    public static readonly SmallMachine Model = new();

    public override (int Zero, int One) InitialState => (0, 0);

    public override (int Zero, int One) Apply((int Zero, int One) state, SmallInput input, out int output)
    {
        int before = input.Key == 0 ? state.Zero : state.One;
        output = input.Kind switch
        {
            SmallKind.Set => input.Value,
            SmallKind.Add => (before + input.Value) % 3,
            SmallKind.AddToZero when before == 0 => input.Value,
            _ => before,
        };
        return input.Key == 0 ? (output, state.One) : (state.Zero, output);
    }
}
