using Raft.Transport.Tcp;

namespace Raft.SimulationRuns;

/// <summary>Accepts simulated connections. Those that were made while the process did not accept any wait.</summary>
internal sealed class SimulatedListener(SimulatedTcpProcess process, TcpAddress address) : IConnectionListener
{
    private readonly Queue<SimulatedStream> _waiting = new();
    private StreamCall<IConnectionStream>? _accept;

    public TcpAddress Address => address;

    public bool IsDisposed { get; private set; }

    public void Add(SimulatedStream stream)
    {
        _waiting.Enqueue(stream);
        Pump();
    }

    public ValueTask<IConnectionStream> AcceptAsync()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        _accept = new StreamCall<IConnectionStream>(process.Scheduler);
        ValueTask<IConnectionStream> task = _accept.Task;
        Pump();
        return task;
    }

    public void Dispose()
    {
        IsDisposed = true;
        _accept?.Complete(static () => throw new ObjectDisposedException("listener"));
        while (_waiting.TryDequeue(out SimulatedStream? stream))
        {
            stream.Dispose();
        }
    }

    private void Pump()
    {
        if (_accept is { IsOpen: true } && _waiting.TryDequeue(out SimulatedStream? stream))
        {
            _accept.Complete(() => stream);
        }
    }
}
