using Microsoft.Extensions.DependencyInjection;
using Raft;

namespace LeaderWorker;

/// <summary>Cuts off the leader while a write of its worker is on its way, and shows that the store refuses the late write.</summary>
internal sealed class Demonstration(IServiceProvider services, ChannelNetwork network, FencedStore store, StoreConnections connections)
{
    private readonly RaftNode[] _nodes = [.. new[] { "n1", "n2", "n3" }.Select(name => services.GetRequiredKeyedService<RaftNode>(name))];

    /// <returns>True if the fence held.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("1. Three nodes elect a leader, and the worker starts on the leader only.");
        await TicketsAsync(3, cancellationToken);

        (RaftNode former, long formerTerm) = await LeaderAfterAsync(term: 0, cancellationToken);
        Ticket late = await connections.HoldUp(former.Id).WaitAsync(cancellationToken);
        network.Isolate(former.Id);
        Console.WriteLine($"2. {former.Id} is cut off, while its ticket {late.Number} of term {late.Term} is on its way to the store.");

        (RaftNode successor, long term) = await LeaderAfterAsync(formerTerm, cancellationToken);
        Console.WriteLine($"3. The others have elected {successor.Id}, in term {term}.");
        await TicketsAsync(store.Tickets.Count + 3, cancellationToken);

        Console.WriteLine($"4. The late ticket of {former.Id} arrives only now.");
        bool isWritten = await connections.LetThrough(former.Id).WaitAsync(cancellationToken);

        network.Heal();
        RaftStatus follows = await former.WaitForStatusAsync(
            status => status.Term >= term && status.Role == RaftRole.Follower && status.Leader is not null, cancellationToken);
        Console.WriteLine($"5. The network heals: {former.Id} follows {follows.Leader}, in term {follows.Term}.");
        return Judge(isWritten);
    }

    private bool Judge(bool isLateTicketWritten)
    {
        IReadOnlyList<Ticket> tickets = store.Tickets;
        bool isEachNumberThereOnce = tickets.Select(static ticket => ticket.Number).SequenceEqual(Enumerable.Range(1, tickets.Count));
        bool doTermsNeverFall = tickets.Zip(tickets.Skip(1)).All(static pair => pair.First.Term <= pair.Second.Term);
        bool held = !isLateTicketWritten && isEachNumberThereOnce && doTermsNeverFall;
        Console.WriteLine(held
            ? $"The fence held: {tickets.Count} tickets, each number once, and the terms never fall."
            : $"WRONG: {string.Join(", ", tickets.Select(static ticket => $"{ticket.Number} of term {ticket.Term} by {ticket.Worker}"))}.");
        return held;
    }

    /// <summary>Waits for the leader of a later term than the given one.</summary>
    private async Task<(RaftNode Leader, long Term)> LeaderAfterAsync(long term, CancellationToken cancellationToken)
    {
        using CancellationTokenSource found = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<(RaftNode, long)> first = await Task.WhenAny(_nodes.Select(node => LeadsAfterAsync(node, term, found.Token)));
        await found.CancelAsync();
        return await first;
    }

    private static async Task<(RaftNode Leader, long Term)> LeadsAfterAsync(RaftNode node, long term, CancellationToken cancellationToken)
    {
        RaftStatus leads = await node.WaitForStatusAsync(status => status.Role == RaftRole.Leader && status.Term > term, cancellationToken);
        return (node, leads.Term);
    }

    /// <summary>Waits for a number of tickets. The store represents an external system without notifications, so this polls.</summary>
    private async Task TicketsAsync(int count, CancellationToken cancellationToken)
    {
        while (store.Tickets.Count < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }
    }
}
