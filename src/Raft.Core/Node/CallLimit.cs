namespace Raft;

/// <summary>The limit of calls that wait: in the mailbox for the worker, or after it for the disk.</summary>
internal static class CallLimit
{
    /// <summary>The error for a call beyond the limit. It has no effect.</summary>
    public static OverloadedException Exceeded(NodeSettings settings) => new(
        $"{settings.MaximumWaitingMessages} calls wait already, as many as "
        + $"{nameof(RaftNodeOptions.MaximumWaitingMessages)} allows: call again when some are done.");
}
