namespace Raft.Consensus;

/// <summary>A leader hands over its leadership to a voter that has all of its log (dissertation, section 3.10).</summary>
/// <param name="target">Who is to lead.</param>
/// <param name="deadline">When the target must have caught up.</param>
/// <param name="isForStop">Whether the leader hands over because it stops: then it appends nothing when it gives up.</param>
internal sealed class LeadershipTransfer(NodeId target, TimeSpan deadline, bool isForStop)
{
    public NodeId Target { get; } = target;

    public bool IsForStop { get; } = isForStop;

    public TransferPhase Phase { get; private set; } = TransferPhase.CatchingUp;

    /// <summary>When the leader gives up: once proposals pause, it is soon.</summary>
    public TimeSpan Deadline { get; private set; } = deadline;

    /// <summary>Whether proposals must wait.</summary>
    public bool PausesProposals => Phase != TransferPhase.CatchingUp || IsGivingUp;

    /// <summary>Whether the leader is not fit to lead: it takes no proposals any more, and waits for no caller.</summary>
    public bool IsGivingUp { get; private set; }

    /// <summary>The target lacks little, so proposals pause until the time is over.</summary>
    public void OnPaused(TimeSpan deadline)
    {
        Phase = TransferPhase.Pausing;
        Deadline = deadline < Deadline || !IsForStop ? deadline : Deadline;
    }

    /// <summary>The leader is not fit to lead, and gives up by then.</summary>
    public void GiveUpBy(TimeSpan deadline)
    {
        IsGivingUp = true;
        Deadline = deadline < Deadline ? deadline : Deadline;
    }

    /// <summary>The number of the request to campaign; 0 before it is sent.</summary>
    public long Request { get; private set; }

    /// <summary>The target is asked to campaign.</summary>
    /// <param name="request">The number of the request.</param>
    public void OnHandedOver(long request)
    {
        Phase = TransferPhase.HandedOver;
        Request = request;
    }
}
