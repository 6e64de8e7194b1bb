using System.Threading.Tasks.Sources;
using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>
/// Connections in memory, in virtual time and one thread: bytes arrive in pieces of random size, and a test cuts connections. Each call
/// completes in a work item of its own.
/// </summary>
internal sealed class SimulatedStreams(SimulatedWorld world) : INetwork
{
    private readonly Dictionary<TcpAddress, Listener> _listeners = [];
    private readonly List<Stream> _streams = [];

    /// <summary>How fast each connection takes what is written, in bytes per second; null: at once.</summary>
    public int? Speed { get; set; }

    /// <summary>How many connections were made.</summary>
    public int Dials { get; private set; }

    public ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        if (!_listeners.TryGetValue(address, out Listener? listener))
        {
            throw new PeerException(PeerProblemKind.NobodyListens, $"nobody listens at {address}");
        }

        Dials++;
        Stream dialler = new(world, "acceptor") { Speed = Speed };
        Stream acceptor = new(world, "dialler") { Speed = Speed };
        dialler.Other = acceptor;
        acceptor.Other = dialler;
        _streams.Add(dialler);
        listener.Add(acceptor);
        return new ValueTask<IConnectionStream>(dialler);
    }

    public ValueTask<IConnectionListener> ListenAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        Listener listener = new(world, address, () => _listeners.Remove(address));
        _listeners.Add(address, listener);
        return new ValueTask<IConnectionListener>(listener);
    }

    /// <summary>Whether one side has closed the connection.</summary>
    public static bool IsClosed(IConnectionStream stream) => ((Stream)stream).IsReset;

    /// <summary>Resets all connections, whatever is under way on them.</summary>
    public void CutAll()
    {
        foreach (Stream stream in _streams.ToArray())
        {
            stream.Dispose();
        }

        _streams.Clear();
    }

    /// <summary>One wait, which a work item ends.</summary>
    private sealed class Waiter<T>(SimulatedWorld world) : IValueTaskSource<T>, IThreadPoolWorkItem
    {
        private ManualResetValueTaskSourceCore<T> _core;
        private Func<T>? _result;

        public bool IsWaiting { get; private set; }

        public ValueTask<T> Wait()
        {
            _core.Reset();
            IsWaiting = true;
            return new ValueTask<T>(this, _core.Version);
        }

        public void Complete(Func<T> result)
        {
            IsWaiting = false;
            _result = result;
            world.Scheduler.Schedule(this, preferLocal: false);
        }

        public void Execute()
        {
            try
            {
                _core.SetResult(_result!());
            }
            catch (Exception exception)
            {
                _core.SetException(exception);
            }
        }

        public T GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }

    private sealed class Listener(SimulatedWorld world, TcpAddress address, Action onDisposed) : IConnectionListener
    {
        private readonly Queue<Stream> _waiting = new();
        private readonly Waiter<IConnectionStream> _accept = new(world);
        private bool _isDisposed;

        public TcpAddress Address => address;

        public void Add(Stream stream)
        {
            _waiting.Enqueue(stream);
            Pump();
        }

        public ValueTask<IConnectionStream> AcceptAsync()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ValueTask<IConnectionStream> task = _accept.Wait();
            Pump();
            return task;
        }

        public void Dispose()
        {
            _isDisposed = true;
            onDisposed();
            if (_accept.IsWaiting)
            {
                _accept.Complete(static () => throw new ObjectDisposedException("listener"));
            }
        }

        private void Pump()
        {
            if (_accept.IsWaiting && _waiting.TryDequeue(out Stream? stream))
            {
                _accept.Complete(() => stream);
            }
        }
    }

    private sealed class Stream(SimulatedWorld world, string remote) : IConnectionStream
    {
        private readonly Queue<byte> _received = new();
        private readonly Waiter<int> _read = new(world);
        private readonly Waiter<int> _write = new(world);
        private Memory<byte> _buffer;
        private bool _isEnded;
        private bool _isReset;

        public Stream Other { get; set; } = null!;

        public int? Speed { get; init; }

        public bool IsReset => _isReset;

        public string RemoteAddress => remote;

        public ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            _buffer = buffer;
            ValueTask<int> task = _read.Wait();
            Pump();
            return task;
        }

        public async ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
        {
            foreach (ArraySegment<byte> segment in segments)
            {
                foreach (byte value in segment)
                {
                    Other._received.Enqueue(value);
                }
            }

            ValueTask<int> written = _write.Wait();
            if (Speed is { } speed)
            {
                IClockTimer timer = world.Clock.CreateTimer(CompleteWrite);
                timer.Set(world.Clock.Now + TimeSpan.FromSeconds((double)segments.Sum(static segment => segment.Count) / speed));
            }
            else
            {
                CompleteWrite();
            }

            Other.Pump();
            await written.ConfigureAwait(false);
        }

        private void CompleteWrite() => _write.Complete(() => _isReset ? throw new IOException("reset") : 0);

        public void CompleteWrites()
        {
            Other._isEnded = true;
            Other.Pump();
        }

        public void Dispose()
        {
            foreach (Stream end in (Stream[])[this, Other])
            {
                end._isReset = true;
                end.Pump();
            }
        }

        private void Pump()
        {
            if (!_read.IsWaiting)
            {
                return;
            }

            if (_isReset)
            {
                _read.Complete(static () => throw new IOException("reset"));
            }
            else if (_received.Count > 0)
            {
                int largest = world.Random.Next(4) == 0 ? 5_000 : 40;
                int count = Math.Min(Math.Min(_received.Count, _buffer.Length), 1 + world.Random.Next(largest));
                for (int i = 0; i < count; i++)
                {
                    _buffer.Span[i] = _received.Dequeue();
                }

                _read.Complete(() => count);
            }
            else if (_isEnded)
            {
                _read.Complete(static () => 0);
            }
        }
    }
}
