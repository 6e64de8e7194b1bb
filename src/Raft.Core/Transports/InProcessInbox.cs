namespace Raft;

/// <summary>The messages that wait for one node during one of its lives, in the order in which they came.</summary>
/// <remarks>Safe to use from any thread.</remarks>
internal abstract class InProcessInbox : IMessageInbox
{
    /// <summary>Adds a message, or says why not. Never blocks for long.</summary>
    public abstract DropReason TryAdd(RaftMessage message);

    /// <inheritdoc/>
    public abstract bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RaftMessage? message);

    /// <summary>Refuses messages from now on, and forgets those that wait. May be called again.</summary>
    /// <returns>How many were forgotten.</returns>
    public abstract int Close();
}
