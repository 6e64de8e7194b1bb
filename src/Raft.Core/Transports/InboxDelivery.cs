namespace Raft;

/// <summary>Delivery to a node: queues the message in its inbox and signals the node.</summary>
internal sealed class InboxDelivery(InProcessNetwork network, InProcessInbox inbox, IInboxReceiver receiver) : InProcessDelivery
{
    private int _closed;

    public override DropReason Deliver(RaftMessage message)
    {
        DropReason reason = inbox.TryAdd(message);
        if (reason == DropReason.None)
        {
            receiver.Signal();
        }

        return reason;
    }

    public override Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            network.CountDropped(DropReason.Stopped, inbox.Close());
            receiver.Attach(null);
        }

        return Task.CompletedTask;
    }
}
