using System.Threading.Tasks.Sources;
using Raft.Testing;

namespace Raft.Transport.Tcp.Tests;

/// <summary>
/// Connections in memory, in virtual time and one thread: bytes arrive in pieces of random size, and a test cuts connections, slows them
/// down, or lets attempts to connect hang. Each call completes in a work item of its own.
/// </summary>
internal sealed class SimulatedStreams(SimulatedWorld world) : INetwork
{
    private readonly Dictionary<TcpAddress, Listener> _listeners = [];
    private readonly List<Stream> _streams = [];
    private readonly Dictionary<TcpAddress, TcpAddress> _diverted = [];
    private readonly Dictionary<TcpAddress, List<Waiter<IConnectionStream>>> _hung = [];

    /// <summary>How many connections were made.</summary>
    public int Dials { get; private set; }

    /// <summary>How many bytes a connection carries in a second; 0: any number at once.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>From now on, attempts to connect to an address hang.</summary>
    public void Hang(string address) => _hung[Parse(address)] = [];

    /// <summary>New attempts hang no longer.</summary>
    public void ReleaseNew(string address) => _hung.Remove(Parse(address));

    /// <summary>They hang no longer, and those that do succeed.</summary>
    public void Release(string address)
    {
        _hung.Remove(Parse(address), out List<Waiter<IConnectionStream>>? waiters);
        foreach (Waiter<IConnectionStream> waiter in waiters!.Where(static waiter => waiter.IsWaiting))
        {
            IConnectionStream stream = Connect(Parse(address));
            waiter.Complete(() => stream);
        }
    }

    /// <summary>From now on, dials of an address go to the listener of another one.</summary>
    public void Divert(string address, string to) => _diverted[Parse(address)] = Parse(to);

    public ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        if (!_hung.TryGetValue(address, out List<Waiter<IConnectionStream>>? waiters))
        {
            return new ValueTask<IConnectionStream>(Connect(_diverted.GetValueOrDefault(address, address)));
        }

        Waiter<IConnectionStream> hung = new(world);
        waiters.Add(hung);
        ValueTask<IConnectionStream> task = hung.Wait();
        cancellationToken.Register(() =>
        {
            if (hung.IsWaiting)
            {
                hung.Complete(static () => throw new OperationCanceledException());
            }
        });
        return task;
    }

    private static TcpAddress Parse(string address) =>
        TcpAddress.TryParse(address, out TcpAddress? parsed) ? parsed : throw new ArgumentException(address);

    private Stream Connect(TcpAddress address)
    {
        if (!_listeners.TryGetValue(address, out Listener? listener))
        {
            throw new PeerException(PeerProblemKind.NobodyListens, $"nobody listens at {address}");
        }

        Dials++;
        Stream dialler = new(world, this, "acceptor");
        Stream acceptor = new(world, this, "dialler");
        dialler.Other = acceptor;
        acceptor.Other = dialler;
        _streams.Add(dialler);
        listener.Add(acceptor);
        return dialler;
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

    private sealed class Stream(SimulatedWorld world, SimulatedStreams streams, string remote) : IConnectionStream
    {
        private readonly Queue<byte> _received = new();
        private readonly Waiter<int> _read = new(world);
        private readonly Waiter<int> _write = new(world);
        private Memory<byte> _buffer;
        private bool _isEnded;
        private bool _isReset;

        public Stream Other { get; set; } = null!;

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
            ValueTask<int> written = _write.Wait();
            if (streams.BytesPerSecond == 0)
            {
                Pass(segments);
            }
            else
            {
                double seconds = segments.Sum(static segment => segment.Count) / (double)streams.BytesPerSecond;
                world.Clock.CreateTimer(() => Pass(segments)).Set(world.Clock.Now + TimeSpan.FromSeconds(seconds));
            }

            await written.ConfigureAwait(false);
        }

        private void Pass(IReadOnlyList<ArraySegment<byte>> segments)
        {
            foreach (ArraySegment<byte> segment in segments)
            {
                foreach (byte value in segment)
                {
                    Other._received.Enqueue(value);
                }
            }

            _write.Complete(() => _isReset ? throw new IOException("reset") : 0);
            Other.Pump();
        }

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
