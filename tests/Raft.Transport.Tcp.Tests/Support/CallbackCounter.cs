namespace Raft.Transport.Tcp.Tests;

/// <summary>Calls a method when something is dropped, as a listener to metrics does.</summary>
internal sealed class CallbackCounter(Action onDropped) : ITrafficCounters
{
    public void Sent(int messages, long bytes)
    {
    }

    public void Received(int messages, long bytes)
    {
    }

    public void Dropped(DropReason reason, int messages) => onDropped();

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
