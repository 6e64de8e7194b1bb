using System.Diagnostics.CodeAnalysis;

namespace Raft.Transport.Tcp;

/// <summary>A connection that is being made: it ends at a time, whatever the other side does.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing to release.")]
internal sealed class PendingHandshake(TimeSpan deadline)
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Lock _lock = new();
    private IConnectionStream? _stream;
    private bool _isAborted;

    public TimeSpan Deadline => deadline;

    /// <summary>Whether it ended because it took too long, or made room for others.</summary>
    public bool IsAborted => Volatile.Read(ref _isAborted);

    public CancellationToken Token => _cancellation.Token;

    /// <summary>Sets the stream to dispose if it is aborted.</summary>
    public void SetStream(IConnectionStream stream)
    {
        lock (_lock)
        {
            _stream = stream;
            if (!_isAborted)
            {
                return;
            }
        }

        stream.Dispose();
    }

    public void Abort()
    {
        IConnectionStream? stream;
        lock (_lock)
        {
            _isAborted = true;
            stream = _stream;
        }

        _cancellation.Cancel();
        stream?.Dispose();
    }
}
