using System.Collections.Concurrent;
using Raft;

namespace LeaderWorker;

/// <summary>
/// The connections of the nodes to the store. Each can be held up, like by a slow network or a paused process. A request that was
/// sent arrives late, and cannot be withdrawn. A fence protects against this.
/// </summary>
internal sealed class StoreConnections(FencedStore store)
{
    private readonly ConcurrentDictionary<NodeId, HoldUp> _holdUps = [];

    /// <summary>Holds up the requests that a node sends from now on.</summary>
    /// <returns>Completes when a request is on its way.</returns>
    public Task<Ticket> HoldUp(NodeId sender) => _holdUps.GetOrAdd(sender, static _ => new HoldUp()).Sent.Task;

    /// <summary>Delivers the request that is held up.</summary>
    /// <returns>Completes with the answer of the store.</returns>
    public Task<bool> LetThrough(NodeId sender)
    {
        _holdUps.TryRemove(sender, out HoldUp? holdUp);
        holdUp!.Over.SetResult();
        return holdUp.Answer.Task;
    }

    /// <summary>Sends a ticket. It has no cancellation token: the end of a wait does not withdraw a request that was sent.</summary>
    public async Task<bool> WriteAsync(NodeId sender, Ticket ticket)
    {
        if (!_holdUps.TryGetValue(sender, out HoldUp? holdUp))
        {
            return store.TryWrite(ticket);
        }

        holdUp.Sent.SetResult(ticket);
        await holdUp.Over.Task;
        bool isWritten = store.TryWrite(ticket);
        holdUp.Answer.SetResult(isWritten);
        return isWritten;
    }
}

/// <summary>A connection that is held up. A worker sends one ticket at a time, so at most one is on its way.</summary>
internal sealed class HoldUp
{
    public TaskCompletionSource<Ticket> Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
