using Raft;

namespace LeaderWorker;

/// <summary>
/// Issues numbered tickets. No number may be issued twice, so only one worker may do it. A new instance is made for each
/// leadership, with the host's services.
/// </summary>
internal sealed class TicketWorker(FencedStore store, StoreConnections connections) : ILeaderWorker
{
    public async Task RunAsync(RaftNode node, Leadership leadership, CancellationToken cancellationToken)
    {
        long term = leadership.Term;
        Console.WriteLine($"  worker on {node.Id} starts, for term {term}");
        int number = store.Enter(term);
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(150), cancellationToken); // the work

                // The term is passed along with everything that is done outside. The token alone is not enough: this node may
                // have been replaced and not know it yet, or learn of it while the request is on its way.
                Ticket ticket = new(++number, term, node.Id.Value);
                if (!await connections.WriteAsync(node.Id, ticket))
                {
                    // Not an exception, which would stop the host: being replaced is a normal event.
                    Console.WriteLine($"  worker on {node.Id}: ticket {ticket.Number} of term {term} REFUSED: there is a later leader");
                    return;
                }

                Console.WriteLine($"  worker on {node.Id}: ticket {ticket.Number} written in term {term}");
            }
        }
        finally
        {
            Console.WriteLine($"  worker on {node.Id} ends; its term {term} is over");
        }
    }
}
