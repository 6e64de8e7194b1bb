using Raft.Transport.Tcp;

namespace Raft.SimulationRuns;

/// <summary>An attempt to connect. It takes its time, and hangs while the link is cut.</summary>
internal sealed class SimulatedDial
{
    private const double RefusalRate = 0.2;

    private readonly SimulatedTcp _tcp;
    private readonly SimulatedTcpProcess _process;
    private readonly NodeId _to;
    private readonly StreamCall<IConnectionStream> _call;
    private readonly IClockTimer _timer;
    private readonly bool _isRefusedWhileCut;
    private CancellationTokenRegistration _cancellation;
    private bool _isDue;

    public SimulatedDial(SimulatedTcp tcp, SimulatedTcpProcess process, NodeId to)
    {
        (_tcp, _process, _to) = (tcp, process, to);
        _call = new StreamCall<IConnectionStream>(process.Scheduler);
        _isRefusedWhileCut = tcp.Weather.Random.Chance(RefusalRate);
        _timer = tcp.World.Clock.CreateTimer(() =>
        {
            _isDue = true;
            TryConnect();
        });
        _timer.Set(tcp.World.Clock.Now + tcp.Weather.DrawDelay() + tcp.Weather.DrawDelay());
    }

    public bool IsOver => !_call.IsOpen;

    /// <summary>Waits for the connection.</summary>
    public ValueTask<IConnectionStream> WaitAsync(CancellationToken cancellationToken)
    {
        ValueTask<IConnectionStream> task = _call.Task;
        _cancellation = cancellationToken.UnsafeRegister(
            static state => ((SimulatedDial)state!).Complete(static () => throw new OperationCanceledException()), this);
        return task;
    }

    /// <summary>Connects, unless something is in the way.</summary>
    public void TryConnect()
    {
        if (!_isDue || IsOver)
        {
            return;
        }

        if (_tcp.Weather.IsCut(_process.Node, _to))
        {
            if (_isRefusedWhileCut)
            {
                Complete(() => throw new PeerException(PeerProblemKind.NotReached, $"{_to} cannot be reached"));
            }

            return; // it is tried again when the link changes
        }

        if (_tcp.Find(_to) is not { Listener: { IsDisposed: false } listener } there)
        {
            if (!_process.MayVanish(_to))
            {
                Complete(() => throw new PeerException(PeerProblemKind.NobodyListens, $"nobody listens at {_to}"));
            }

            return; // the machine is gone: it is tried again when it is back
        }

        (SimulatedStream own, SimulatedStream other) = _tcp.Connect(_process, there);
        listener.Add(other);
        Complete(() => own);
    }

    /// <summary>Its process has ended.</summary>
    public void Abandon()
    {
        _cancellation.Unregister();
        _timer.Dispose();
    }

    private void Complete(Func<IConnectionStream> result)
    {
        _call.Complete(result);
        Abandon();
        _process.Forget(this);
    }
}
