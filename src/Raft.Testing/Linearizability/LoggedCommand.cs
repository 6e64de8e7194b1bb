namespace Raft.Testing;

/// <summary>A command in the log of a cluster, and the operations of clients that it explains.</summary>
/// <param name="Index">Its index in the log.</param>
/// <param name="Entry">The command as the log has it.</param>
/// <param name="IsRejected">Whether the state machine rejected it.</param>
/// <param name="Owner">
/// The operation that proposed it: the one that was answered with its index, or one whose outcome is unknown. Null if that is not known.
/// </param>
/// <param name="Answer">The result that the owner received, as bytes; null if it received none.</param>
/// <param name="Observers">The operations that were rejected as it was, and so have seen this state.</param>
internal sealed record LoggedCommand<TCommand, TResult>(
    long Index,
    LogEntry Entry,
    bool IsRejected,
    Operation<TCommand, TResult>? Owner,
    byte[]? Answer,
    IReadOnlyList<Operation<TCommand, TResult>> Observers)
{
    /// <summary>The operations that took effect here.</summary>
    public IEnumerable<Operation<TCommand, TResult>> Operations => IsRejected ? Observers : Owner is null ? [] : [Owner];
}
