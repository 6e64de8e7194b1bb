namespace Raft.Testing;

/// <summary>A state machine that hangs: what it does while it is held ends only when it is released.</summary>
internal sealed class MachineHold(SimulatedWorld world)
{
    private readonly Stack<SimulatedCompletion<bool>> _completions = new();
    private readonly List<SimulatedCompletion<bool>> _waiting = [];
    private int _holds; // several faults may hold it at a time

    /// <summary>Whether it hangs in whatever it does next.</summary>
    public bool IsHeld => _holds > 0;

    /// <summary>Whether it hangs in something now.</summary>
    public bool IsOccupied => _waiting.Count > 0;

    public void Hold() => _holds++;

    /// <summary>Ends one hold. It continues with the last one.</summary>
    public void Release()
    {
        if (_holds == 0 || --_holds > 0)
        {
            return;
        }

        foreach (SimulatedCompletion<bool> waiting in _waiting)
        {
            waiting.Complete(true, error: null);
        }

        _waiting.Clear();
    }

    /// <summary>Another life of the node begins. What hung in the last one never continues.</summary>
    public void BeginLife() => _waiting.Clear();

    /// <summary>Waits for the release, if it is held.</summary>
    public ValueTask WaitAsync()
    {
        if (!IsHeld)
        {
            return ValueTask.CompletedTask;
        }

        SimulatedCompletion<bool> completion = _completions.TryPop(out SimulatedCompletion<bool>? free)
            ? free
            : new SimulatedCompletion<bool>(world.Scheduler, _completions);
        _waiting.Add(completion);
        return completion.UntypedTask;
    }

    /// <summary>A read, or a capture, that hangs. Neither changes the state.</summary>
    public StateMachineQuery Occupy(WorkKind kind) => new Occupation(this, kind);

    private sealed class Occupation(MachineHold hold, WorkKind kind) : StateMachineQuery
    {
        public override WorkKind Kind => kind;

        public override bool MayEndLater => true;

        public override void Run(IStateMachine machine, ResumeBatch resume) =>
            throw new NotSupportedException("It runs as long as the machine is held.");

        public override ValueTask RunAsync(IStateMachine machine, ResumeBatch resume) => hold.WaitAsync();

        public override void Refuse(Exception reason)
        {
            // nobody waits for it
        }
    }
}
