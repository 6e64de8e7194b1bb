using Raft.Testing;

namespace Raft.Chaos;

/// <summary>The state of one register.</summary>
/// <param name="Version">How often it was replaced.</param>
/// <param name="Value">Its value; 0 at first.</param>
internal readonly record struct Register(long Version, long Value)
{
    /// <summary>What a command does to it: the only definition, for the state machine and for the model.</summary>
    public Register Apply(RegisterInput input, out RegisterOutput output)
    {
        bool isDone = input.Action != RegisterAction.Swap || input.Expected == Version;
        Register after = input.Action == RegisterAction.Read || !isDone ? this : new Register(Version + 1, input.Value);
        output = new RegisterOutput(isDone, after.Version, after.Value);
        return after;
    }
}

/// <summary>What one register is supposed to do. A write that is lost, or applied twice, shows in every later version.</summary>
internal sealed class RegisterModel : SequentialModel<Register, RegisterInput, RegisterOutput>
{
    public override Register InitialState => default;

    public override Register Apply(Register state, RegisterInput input, out RegisterOutput output) => state.Apply(input, out output);
}
