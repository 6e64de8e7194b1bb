namespace Raft;

/// <summary>
/// Receives messages from the transport, through the mailbox or from the transport's own inbox, and gives them to the module.
/// </summary>
internal sealed class MessageIntake(NodeContext context, DroppedMessages dropped) : IInboxReceiver
{
    private const int MaximumInboxMessagesPerPass = 1_024;

    private IMessageInbox? _inbox;

    public NodeId NodeId => context.NodeId;

    public MessageOrigin? Origin => context.Module.Origin;

    public IReadOnlyList<RaftMember> Members => context.Settings.Members;

    public void Receive(RaftMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!IsForThisNode(message))
        {
            dropped.CountForeign();
        }
        else if (context.Mailbox.TryPost(message))
        {
            context.Wake();
        }
        else if (!context.Life.HasEnded) // otherwise it comes too late, which says nothing about the limit
        {
            dropped.CountOverflow();
        }
    }

    public void Attach(IMessageInbox? inbox) => Volatile.Write(ref _inbox, inbox);

    public void Signal() => context.Wake();

    /// <summary>Gives the module all messages that were received, on the worker.</summary>
    public void Take(MailboxBatch batch)
    {
        foreach (RaftMessage message in batch.Messages)
        {
            Take(message);
        }

        if (Volatile.Read(ref _inbox) is { } inbox)
        {
            TakeFrom(inbox);
        }
    }

    private void TakeFrom(IMessageInbox inbox)
    {
        for (int taken = 0; taken < MaximumInboxMessagesPerPass; taken++)
        {
            if (!inbox.TryTake(out RaftMessage? message))
            {
                return;
            }

            if (IsForThisNode(message))
            {
                Take(message);
            }
            else
            {
                dropped.CountForeign();
            }
        }

        context.Wake(); // there may be more
    }

    private void Take(RaftMessage message)
    {
        context.Metrics?.CountReceived(message);
        context.Module.Receive(message, context.Now);
    }

    private bool IsForThisNode(RaftMessage message) =>
        message.To == NodeId && message.ClusterId == context.Settings.ClusterId && message.Correlation >= 0;
}
