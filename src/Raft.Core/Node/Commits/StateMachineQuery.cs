namespace Raft;

/// <summary>A read of the state machine, which runs between two batches.</summary>
internal abstract class StateMachineQuery
{
    /// <summary>Runs it and answers its caller.</summary>
    public abstract void Run(IStateMachine machine);

    /// <summary>Fails its caller.</summary>
    public abstract void Refuse(Exception reason);
}
