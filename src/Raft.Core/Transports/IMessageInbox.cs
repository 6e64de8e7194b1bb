using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>Messages that wait inside a transport until the node's worker takes them, in batches.</summary>
internal interface IMessageInbox
{
    /// <summary>Takes the next message, if any. Called by one thread at a time.</summary>
    bool TryTake([NotNullWhen(true)] out RaftMessage? message);
}

/// <summary>
/// A receiver that takes messages from an inbox of the transport, instead of receiving each in its mailbox. A message is then
/// queued once and not twice.
/// </summary>
internal interface IInboxReceiver : IMessageReceiver
{
    /// <summary>Sets the inbox to take messages from; null for none.</summary>
    void Attach(IMessageInbox? inbox);

    /// <summary>Signals that the inbox is not empty. Cheap; may be called from any thread.</summary>
    void Signal();
}
