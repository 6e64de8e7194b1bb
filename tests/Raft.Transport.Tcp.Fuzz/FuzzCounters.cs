namespace Raft.Transport.Tcp.Fuzz;

/// <summary>What the transport counts, as part of an outcome.</summary>
internal sealed class FuzzCounters : ITrafficCounters
{
    /// <summary>A bit for each reason.</summary>
    public int DropReasons { get; private set; }

    /// <summary>Why a connection or a node was refused; empty if none was.</summary>
    public string Refusal { get; private set; } = string.Empty;

    public void Clear()
    {
        DropReasons = 0;
        Refusal = string.Empty;
    }

    public void Sent(int messages, long bytes)
    {
    }

    public void Received(int messages, long bytes)
    {
    }

    public void Dropped(DropReason reason, int messages) => DropReasons |= messages > 0 ? 1 << (int)reason : 0;

    public void Dialled(string outcome)
    {
        if (outcome is not ("connected" or "nobody_listens")) // the latter are dials that no input answers
        {
            Refusal = outcome;
        }
    }

    public void Refused(string reason) => Refusal = reason;

    public void RoundTrip(TimeSpan time)
    {
    }
}
