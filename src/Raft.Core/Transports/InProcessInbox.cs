namespace Raft;

/// <summary>The messages that wait for one node, from the start of its transport to the stop, in the order in which they arrived.</summary>
/// <remarks>Safe to use from any thread.</remarks>
internal abstract class InProcessInbox : IMessageInbox
{
    /// <summary>Adds a message, or returns why it was dropped. Never blocks for long.</summary>
    public abstract DropReason TryAdd(RaftMessage message);

    /// <inheritdoc/>
    public abstract bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RaftMessage? message);

    /// <summary>Closes the inbox and drops the waiting messages. May be called again.</summary>
    /// <returns>How many messages were dropped.</returns>
    public abstract int Close();
}
