namespace Raft;

/// <summary>Delivers messages to a node from the start of its transport to the stop.</summary>
internal abstract class InProcessDelivery
{
    /// <summary>Delivers a message, or returns why it was dropped. Never blocks or throws; may be called from any thread.</summary>
    public abstract DropReason Deliver(RaftMessage message);

    /// <summary>Ends the delivery. May be called again, with the same result.</summary>
    /// <returns>Completes when no delivery is under way.</returns>
    public abstract Task CloseAsync();
}
