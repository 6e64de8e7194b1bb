using Raft.Testing;
using Raft.Transport.Tcp;

namespace Raft.SimulationRuns;

/// <summary>One end of a simulated connection.</summary>
internal sealed class SimulatedStream : IConnectionStream, IThreadPoolWorkItem
{
    private readonly SimulatedWorld _world;
    private readonly StreamWeather _weather;
    private readonly SimulatedTcpProcess _process;
    private readonly SimulatedPipe _in;
    private readonly SimulatedPipe _out;
    private readonly bool _hasDialled;
    private Memory<byte> _buffer;
    private StreamCall<int>? _read;
    private StreamCall<int>? _write;
    private IReadOnlyList<ArraySegment<byte>> _segments = [];
    private int _segment; // of those, to be sent next
    private int _offset; // in it
    private bool _hasWritten; // the handshake, which has no checksum
    private bool _isSending; // a step that sends waits
    private bool _isReset;
    private bool _isDisposed;

    public SimulatedStream(
        SimulatedWorld world,
        StreamWeather weather,
        SimulatedTcpProcess process,
        NodeId remote,
        bool hasDialled,
        SimulatedPipe input,
        SimulatedPipe output)
    {
        _hasDialled = hasDialled;
        (_world, _weather, _process, _in, _out) = (world, weather, process, input, output);
        RemoteAddress = remote.Value;
        _in.Arrived = Pump;
    }

    public string RemoteAddress { get; }

    /// <summary>The other end.</summary>
    public SimulatedStream? Other { get; set; }

    public bool IsDisposed => _isDisposed;

    /// <summary>Whether bytes may still reach the process of this end, be it that it is paused.</summary>
    public bool IsReceiving => !_isDisposed && (_in.Count > 0 || _read is { IsOnItsWay: true } || Other is { HasUnsent: true });

    /// <summary>The machine of the process is gone: the other end hears nothing of it.</summary>
    public bool HasVanished { get; private set; }

    private bool HasUnsent => _write is { IsOpen: true } && !_isDisposed;

    public ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        _process.RequireOneCall(_read is { IsOpen: true } or { IsOnItsWay: true });
        _buffer = buffer;
        _read = new StreamCall<int>(_process.Scheduler);
        ValueTask<int> task = _read.Task;
        if (_isDisposed)
        {
            _read.Complete(static () => throw new ObjectDisposedException("stream"));
        }
        else
        {
            Pump();
        }

        return task;
    }

    public ValueTask WriteAsync(IReadOnlyList<ArraySegment<byte>> segments)
    {
        _process.RequireOneCall(_write is { IsOpen: true } or { IsOnItsWay: true });
        (_segments, _segment, _offset) = (segments, 0, 0);
        _write = new StreamCall<int>(_process.Scheduler);
        ValueTask task = _write.TaskWithoutResult;
        if (_isDisposed || _isReset)
        {
            FailWrite();
        }
        else
        {
            SendSoon();
        }

        return task;
    }

    public void CompleteWrites()
    {
        if (!_isDisposed)
        {
            _out.End();
        }
    }

    /// <summary>The process closes its end.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        // What was not read makes the system send a reset, which may destroy what was written.
        bool isReset = _in.Count > 0 && _weather.Random.Chance(0.5);
        Close();
        if (isReset)
        {
            _out.Reset();
        }
        else
        {
            _out.End();
        }
    }

    /// <summary>The machine of the process is gone, in the midst of everything.</summary>
    public void Vanish()
    {
        if (!_isDisposed)
        {
            HasVanished = true;
            Close();
            _out.Vanish();
        }
    }

    /// <summary>The network resets the connection, as a firewall does.</summary>
    public void Reset()
    {
        _world.Trace.Add(_world.Clock.Now, "reset", _in.To);
        _out.Reset();
        _in.Reset();
    }

    /// <summary>Takes what has arrived, if the process waits for it.</summary>
    public void Pump()
    {
        if (_isDisposed || _read is not { IsOpen: true } read || _in.TryRead(_buffer) is not { } result)
        {
            return;
        }

        read.Complete(() =>
        {
            _process.Detour = _hasDialled ? this : null;
            try
            {
                return result();
            }
            catch (IOException)
            {
                _isReset = true;
                FailWrite();
                throw;
            }
        });
        Other?.SendSoon(); // there is room again
    }

    /// <summary>Sends as much as there is room for. Until then the writer must not change its memory.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _isSending = false;
        if (_isDisposed || _write is not { IsOpen: true } write)
        {
            return;
        }

        if (Other is { HasVanished: true } && !_process.MayVanish(_in.From))
        {
            _in.Reset(); // the machine is back, and does not know the connection
        }

        bool canFlip = _hasWritten;
        while (_segment < _segments.Count && (_out.Room > 0 || _out.IsEnded))
        {
            ArraySegment<byte> segment = _segments[_segment];
            int count = _out.IsEnded ? segment.Count - _offset : Math.Min(_out.Room, segment.Count - _offset);
            _out.Add(segment.AsSpan(_offset, count), canFlip);
            _offset += count;
            if (_offset == segment.Count)
            {
                _segment++;
                _offset = 0;
            }
        }

        if (_segment == _segments.Count)
        {
            _hasWritten = true;
            write.Complete(static () => 0);
        }

        if (_weather.DrawReset())
        {
            Reset();
        }
    }

    private void SendSoon()
    {
        if (!_isSending && HasUnsent)
        {
            _isSending = true;
            _world.Scheduler.Schedule(this, preferLocal: false);
        }
    }

    private void FailWrite() => _write?.Complete(static () => throw new IOException("The connection was reset."));

    private void Close()
    {
        _isDisposed = true;
        _in.Dispose();
        _read?.Complete(static () => throw new ObjectDisposedException("stream"));
        _write?.Complete(static () => throw new ObjectDisposedException("stream"));
        _process.Forget(this);
        Other?.SendSoon();
    }
}
