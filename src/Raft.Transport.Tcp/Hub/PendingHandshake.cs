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
    private bool _isComplete;

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

    /// <summary>The connection is made, and is not aborted any more.</summary>
    /// <returns>False if it was aborted before.</returns>
    public bool TryComplete()
    {
        lock (_lock)
        {
            _isComplete = !_isAborted;
            return _isComplete;
        }
    }

    public void Abort()
    {
        IConnectionStream? stream;
        lock (_lock)
        {
            if (_isComplete)
            {
                return;
            }

            _isAborted = true;
            stream = _stream;
        }

        _cancellation.Cancel();
        stream?.Dispose();
    }
}
