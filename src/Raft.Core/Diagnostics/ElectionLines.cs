namespace Raft;

/// <summary>
/// Bounds how many log messages a node writes about elections. The first ones of a minute are written at once. If there are more, and for
/// as long as that lasts, one message a minute says how many there were.
/// </summary>
internal sealed class ElectionLines(NodeContext context)
{
    private const int MostAtOnce = 20;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private TimeSpan _since;
    private long _count;
    private bool _isStorm;

    /// <summary>There is a message about an election.</summary>
    /// <returns>Whether it is to be written; otherwise it is only counted.</returns>
    public bool Allows()
    {
        _count++;
        _isStorm |= _count > MostAtOnce;
        return !_isStorm;
    }

    /// <summary>Ends a minute. Called in each pass.</summary>
    /// <returns>How many messages there were in a minute that ends now, if some were not written; otherwise 0.</returns>
    public long Check()
    {
        if (context.Now - _since < Interval)
        {
            return 0;
        }

        long left = _isStorm ? _count : 0;
        _isStorm = _count > MostAtOnce; // so the next minute begins without messages if this one had many
        (_since, _count) = (context.Now, 0);
        return left;
    }
}
