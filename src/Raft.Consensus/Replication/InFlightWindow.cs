namespace Raft.Consensus;

/// <summary>The AppendEntries messages to a follower that are not answered yet, bounded by number and by payload bytes.</summary>
internal sealed class InFlightWindow(int maximumMessages, long maximumBytes)
{
    private readonly Queue<Sent> _sent = new();
    private long _bytes;

    private readonly record struct Sent(long LastIndex, long Bytes);

    /// <summary>How many messages are unanswered.</summary>
    public int Count => _sent.Count;

    /// <summary>How many payload bytes are unanswered.</summary>
    public long Bytes => _bytes;

    /// <summary>Whether nothing more may be sent before an answer. One message of any size may always be in flight.</summary>
    public bool IsFull => _sent.Count >= maximumMessages || (_bytes >= maximumBytes && _sent.Count > 0);

    public void Add(long lastIndex, long bytes)
    {
        _sent.Enqueue(new Sent(lastIndex, bytes));
        _bytes += bytes;
    }

    /// <summary>The follower holds everything up to <paramref name="index"/>: messages that end there or before are answered.</summary>
    public void FreeThrough(long index)
    {
        while (_sent.TryPeek(out Sent first) && first.LastIndex <= index)
        {
            _bytes -= first.Bytes;
            _sent.Dequeue();
        }
    }

    public void Clear()
    {
        _sent.Clear();
        _bytes = 0;
    }
}
