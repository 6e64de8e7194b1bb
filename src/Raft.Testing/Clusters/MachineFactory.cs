namespace Raft.Testing;

/// <summary>Makes state machines with the user's function, and finds out when that does not make new ones.</summary>
internal sealed class MachineFactory(Func<IStateMachine> create, SimulatedWorld world)
{
    private const string Function = "The function that makes state machines";

    private IStateMachine? _last;

    public IStateMachine Create()
    {
        IStateMachine? machine = world.Ask(Function, create);
        string? problem = machine is null ? "returned null"
            : ReferenceEquals(machine, _last) ? $"returned the same {machine.GetType().Name} twice"
            : null;
        if (problem is not null)
        {
            InvalidOperationException error = new(
                $"{Function} {problem}. Every node needs one of its own, each time it starts: write () => new MyMachine().");
            world.NoteUseError(error);
            throw error;
        }

        _last = machine;
        return machine!;
    }
}
