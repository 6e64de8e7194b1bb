namespace LeaderWorker;

/// <summary>A ticket in the store.</summary>
internal sealed record Ticket(int Number, long Term, string Worker);

/// <summary>
/// A system outside the cluster that the leader works on: a database, a file, a device. It has a fence: it remembers the
/// greatest term that it has seen, and refuses a smaller one. In SQL: <c>UPDATE ... WHERE term &lt;= @term</c>.
/// </summary>
internal sealed class FencedStore
{
    private readonly Lock _lock = new();
    private readonly List<Ticket> _tickets = [];
    private long _greatestTerm;

    public IReadOnlyList<Ticket> Tickets
    {
        get
        {
            lock (_lock)
            {
                return [.. _tickets];
            }
        }
    }

    /// <summary>Raises the fence to a new leader's term.</summary>
    /// <returns>The number of the last ticket. An earlier leader can no longer add one.</returns>
    public int Enter(long term)
    {
        lock (_lock)
        {
            _greatestTerm = Math.Max(_greatestTerm, term);
            return _tickets.Count;
        }
    }

    /// <returns>False if a later leader has used the store: the writer is no longer the leader, and must end.</returns>
    public bool TryWrite(Ticket ticket)
    {
        lock (_lock)
        {
            if (ticket.Term < _greatestTerm)
            {
                return false;
            }

            _greatestTerm = ticket.Term;
            _tickets.Add(ticket);
            return true;
        }
    }
}
