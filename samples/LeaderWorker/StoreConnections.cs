using System.Collections.Concurrent;
using Raft;

namespace LeaderWorker;

/// <summary>
/// The ways from the nodes to the store. Each may be held up, as by a slow network or a paused process: what was sent
/// arrives late, and nobody can call it back. This is what a fence is there for.
/// </summary>
internal sealed class StoreConnections(FencedStore store)
{
    private readonly ConcurrentDictionary<NodeId, HoldUp> _holdUps = [];

    /// <summary>Holds up whatever a node sends from now on.</summary>
    /// <returns>Completes when something is on its way.</returns>
    public Task<Ticket> HoldUp(NodeId sender) => _holdUps.GetOrAdd(sender, static _ => new HoldUp()).Sent.Task;

    /// <summary>Lets everything that a node has sent arrive.</summary>
    /// <returns>Completes with what the store answered.</returns>
    public Task<bool> LetThrough(NodeId sender)
    {
        _holdUps.TryRemove(sender, out HoldUp? holdUp);
        holdUp!.Over.SetResult();
        return holdUp.Answer.Task;
    }

    /// <summary>No cancellation token: who stops waiting for a request that is on its way does not undo it.</summary>
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

/// <summary>One way that is held up. A worker sends one ticket at a time, so one can be on it.</summary>
internal sealed class HoldUp
{
    public TaskCompletionSource<Ticket> Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
