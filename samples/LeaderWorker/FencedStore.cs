namespace LeaderWorker;

/// <summary>A ticket as the store keeps it.</summary>
internal sealed record Ticket(int Number, long Term, string Worker);

/// <summary>
/// Something outside the cluster that the leader works on: a database, a file, a device. It has a fence: it remembers the
/// greatest term it has seen, and refuses a smaller one. In SQL: <c>UPDATE ... WHERE term &lt;= @term</c>.
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

    /// <summary>Raises the fence to a new leader's term, and tells it where to go on.</summary>
    /// <returns>The number of the last ticket, which no earlier leader can follow up any more.</returns>
    public int Enter(long term)
    {
        lock (_lock)
        {
            _greatestTerm = Math.Max(_greatestTerm, term);
            return _tickets.Count;
        }
    }

    /// <returns>False if a later leader has been here: the writer is none any more, and must end.</returns>
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
