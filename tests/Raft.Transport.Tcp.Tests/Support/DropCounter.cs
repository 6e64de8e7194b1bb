namespace Raft.Transport.Tcp.Tests;

/// <summary>Counts what is dropped.</summary>
internal sealed class DropCounter : ITrafficCounters
{
    private int _dropped;

    public int Dropped => Volatile.Read(ref _dropped);

    public void Sent(int messages, long bytes)
    {
    }

    public void Received(int messages, long bytes)
    {
    }

    void ITrafficCounters.Dropped(DropReason reason, int messages) => Interlocked.Add(ref _dropped, messages);

    public void Dialled(string outcome)
    {
    }

    public void Refused(string reason)
    {
    }

    public void RoundTrip(TimeSpan time)
    {
    }
}
