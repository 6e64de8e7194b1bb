using System.Diagnostics.CodeAnalysis;

namespace Raft.Tests.Transports;

/// <summary>Receives as a node does: is notified that something waits, and fetches it when the test requests it.</summary>
internal sealed class FetchingReceiver(NodeId nodeId) : IInboxReceiver
{
    private int _signals;

    public NodeId NodeId { get; } = nodeId;

    public IMessageInbox? Inbox { get; private set; }

    /// <summary>The inbox of the latest life, also after it ended: a node may be just about to look into it.</summary>
    public IMessageInbox? LatestInbox { get; private set; }

    public int Signals => Volatile.Read(ref _signals);

    /// <summary>Called at each signal, on the thread that signals.</summary>
    public Action? OnSignal { get; set; }

    public void Attach(IMessageInbox? inbox)
    {
        Inbox = inbox;
        LatestInbox = inbox ?? LatestInbox;
    }

    public void Signal()
    {
        Interlocked.Increment(ref _signals);
        OnSignal?.Invoke();
    }

    [SuppressMessage("Usage", "CA2201", Justification = "Nobody catches it.")]
    public void Receive(RaftMessage message) => throw new InvalidOperationException("A node with an inbox is not pushed to.");

    /// <summary>Fetches everything that waits, and gives the correlations, by which the tests distinguish messages.</summary>
    public List<long> Fetch()
    {
        List<long> correlations = [];
        while (LatestInbox!.TryTake(out RaftMessage? message))
        {
            correlations.Add(message.Correlation);
        }

        return correlations;
    }
}
