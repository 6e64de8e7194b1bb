using System.Diagnostics.CodeAnalysis;

namespace Raft;

/// <summary>Messages that wait inside a transport for the node to fetch them, in batches, when it works anyway.</summary>
internal interface IMessageInbox
{
    /// <summary>Takes the next message, if there is one. Called by one thread at a time.</summary>
    bool TryTake([NotNullWhen(true)] out RaftMessage? message);
}

/// <summary>
/// A receiver that fetches messages from an inbox instead of having each pushed into its mailbox: what is queued in the
/// transport once need not be queued in the node again.
/// </summary>
internal interface IInboxReceiver : IMessageReceiver
{
    /// <summary>Names the inbox to fetch from, from now on; null to fetch no more.</summary>
    void Attach(IMessageInbox? inbox);

    /// <summary>Says that the inbox is not empty. Cheap, from any thread.</summary>
    void Signal();
}
