namespace Raft;

/// <summary>Sends a message that may leave now: over the transport, or as the answer to a direct call of a handler.</summary>
internal sealed class MessageSender(NodeContext context, HandlerCalls handlers)
{
    private volatile ITransport? _transport;

    /// <summary>The transport has started. Before that, messages to other nodes are dropped: their answers could not be received.</summary>
    public void Open(ITransport transport) => _transport = transport;

    /// <summary>The transport is about to stop.</summary>
    public void Close() => _transport = null;

    public void Send(RaftMessage message)
    {
        if (HandlerCalls.IsAnswer(message))
        {
            handlers.Answer(message);
        }
        else if (_transport is { } transport)
        {
            context.Metrics?.CountSent(message);
            Send(transport, message);
        }
    }

    private void Send(ITransport transport, RaftMessage message)
    {
        try
        {
            transport.Send(context.Settings.MemberOf(message.To, context.Module.Configuration), message);
        }
        catch (Exception exception)
        {
            throw new NodeFailedException(
                $"The transport {transport.GetType().Name} threw {exception.GetType().Name} from Send: {exception.Message.TrimEnd('.')}. "
                + "Send must never throw: have it drop the message instead, then run the node again.",
                exception);
        }
    }
}
