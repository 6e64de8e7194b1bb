namespace Raft.Tests.Node;

/// <summary>A read that occupies the state machine until a task completes.</summary>
internal sealed class HeldQuery(Task until) : StateMachineQuery
{
    public override bool MayEndLater => true;

    public override void Run(IStateMachine machine, ResumeBatch resume) => throw new NotSupportedException();

    public override ValueTask RunAsync(IStateMachine machine, ResumeBatch resume) => new(until);

    public override void Refuse(Exception reason)
    {
        // nobody waits
    }
}
