namespace Raft;

/// <summary>A caller's read of the state machine.</summary>
internal sealed class Query<TMachine, T>(Func<TMachine, T> query, PendingCaller<T> caller) : StateMachineQuery
{
    public override bool IsRead => true;

    public override bool IsPending => caller.IsPending;

    public override void Run(IStateMachine machine, ResumeBatch resume)
    {
        if (!caller.IsPending)
        {
            return; // cancelled in the meantime
        }

        try
        {
            caller.Succeed(query((TMachine)machine), resume);
        }
        // An exception of the user's query belongs to the user.
        catch (Exception exception)
        {
            caller.Fail(exception, resume);
        }
    }

    public override void Refuse(Exception reason) => caller.Fail(reason);
}

/// <summary>Answers with the index itself, once the state includes it.</summary>
internal sealed class BarrierQuery(PendingCaller<long> caller) : StateMachineQuery
{
    public override bool IsRead => true;

    public override bool IsPending => caller.IsPending;

    public override void Run(IStateMachine machine, ResumeBatch resume) => caller.Succeed(Index, resume);

    public override void Refuse(Exception reason) => caller.Fail(reason);
}
