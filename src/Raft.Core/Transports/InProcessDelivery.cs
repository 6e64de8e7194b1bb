namespace Raft;

/// <summary>How messages reach a node during one of its lives, from the start of its transport to the stop.</summary>
internal abstract class InProcessDelivery
{
    /// <summary>Delivers a message, or says why not. Never blocks or throws; from any thread.</summary>
    public abstract DropReason Deliver(RaftMessage message);

    /// <summary>Delivers nothing from now on. May be called again, with the same result.</summary>
    /// <returns>Completes when no delivery is under way any more.</returns>
    public abstract Task CloseAsync();
}
