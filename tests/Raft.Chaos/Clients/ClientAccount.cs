namespace Raft.Chaos;

/// <summary>The answers that a client has received for its commands.</summary>
internal sealed class ClientAccount
{
    private readonly Lock _lock = new();
    private readonly NumberRanges _acknowledged = new();
    private long _unknown;

    /// <summary>How many commands were acknowledged.</summary>
    public long AcknowledgedCount
    {
        get
        {
            lock (_lock)
            {
                return _acknowledged.Count;
            }
        }
    }

    /// <summary>How many commands have an effect or not.</summary>
    public long UnknownCount => Interlocked.Read(ref _unknown);

    public void Acknowledge(long number)
    {
        lock (_lock)
        {
            _acknowledged.Add(number);
        }
    }

    public void AddUnknown() => Interlocked.Increment(ref _unknown);

    /// <summary>The acknowledged commands that are not among those that were applied.</summary>
    public IReadOnlyList<long> FindLost(NumberRanges applied)
    {
        lock (_lock)
        {
            return [.. _acknowledged.Except(applied)];
        }
    }
}
