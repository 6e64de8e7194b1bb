namespace Raft.Testing.Tests.Network;

/// <summary>
/// The transport under a <see cref="FaultyTransport"/>: records what reaches it, and that only one thread at a time calls it.
/// </summary>
internal sealed class RecordingTransport(IClock clock) : ITransport
{
    private int _callers;

    public List<(long Term, TimeSpan At)> Received { get; } = [];

    public IEnumerable<long> Terms => Received.Select(static each => each.Term);

    public bool IsStarted { get; private set; }

    public bool WasCalledConcurrently { get; private set; }

    /// <summary>Called within each send, after the message was recorded.</summary>
    public Action<RaftMessage>? OnSend { get; set; }

    public bool LeavesProcess { get; init; }

    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
    {
        IsStarted = true;
        return ValueTask.CompletedTask;
    }

    public void Send(RaftMember to, RaftMessage message)
    {
        if (Interlocked.Increment(ref _callers) > 1)
        {
            WasCalledConcurrently = true;
        }

        Received.Add((message.Term, clock.Now));
        OnSend?.Invoke(message);
        Interlocked.Decrement(ref _callers);
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        IsStarted = false;
        return ValueTask.CompletedTask;
    }
}
