namespace Raft;

/// <summary>A read of the state machine, which runs between two batches.</summary>
internal abstract class StateMachineQuery
{
    /// <summary>What it occupies the state machine with.</summary>
    public virtual WorkKind Kind => WorkKind.Read;

    /// <summary>Runs it and answers its caller.</summary>
    public abstract void Run(IStateMachine machine);

    /// <summary>Runs it. The state machine is free again when the result completes; this is at once, except in simulations.</summary>
    public virtual ValueTask RunAsync(IStateMachine machine)
    {
        Run(machine);
        return ValueTask.CompletedTask;
    }

    /// <summary>Fails its caller.</summary>
    public abstract void Refuse(Exception reason);
}
