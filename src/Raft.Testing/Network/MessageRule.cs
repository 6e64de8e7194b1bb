namespace Raft.Testing;

/// <summary>What a script does to messages that match: lose them, or hold them back. Ends when disposed.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class MessageRule : IDisposable
{
    private readonly SimulatedNetwork _network;
    private readonly List<RaftMessage> _held = [];
    private readonly List<Action<RaftMessage>> _sends = []; // of each that is held

    internal MessageRule(SimulatedNetwork network, Func<RaftMessage, bool> matches, bool holds)
    {
        _network = network;
        Matches = matches;
        Holds = holds;
    }

    /// <summary>How many messages it has caught.</summary>
    public long Caught { get; private set; }

    /// <summary>The messages that it holds at the moment, in the order in which they were sent; empty for one that loses them.</summary>
    public IReadOnlyList<RaftMessage> Held => _held;

    internal Func<RaftMessage, bool> Matches { get; }

    internal bool Holds { get; }

    /// <summary>Sends on what it holds, in order, as if it had only now been sent, and continues to catch messages.</summary>
    public void Release()
    {
        (RaftMessage Message, Action<RaftMessage> Send)[] released = [.. _held.Zip(_sends)];
        _held.Clear();
        _sends.Clear();
        foreach ((RaftMessage message, Action<RaftMessage> send) in released)
        {
            send(message);
        }
    }

    /// <summary>Catches nothing any more, and sends on what it holds.</summary>
    public void Dispose()
    {
        _network.Remove(this);
        Release();
    }

    /// <summary>Catches a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="send">Sends it after all.</param>
    internal void Catch(RaftMessage message, Action<RaftMessage> send)
    {
        Caught++;
        if (Holds)
        {
            _held.Add(message);
            _sends.Add(send);
        }
    }
}
