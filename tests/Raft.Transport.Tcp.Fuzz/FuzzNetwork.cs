namespace Raft.Transport.Tcp.Fuzz;

/// <summary>Gives the transport the streams of a run, as connections that it accepts or dials.</summary>
internal sealed class FuzzNetwork : INetwork, IConnectionListener
{
    private TaskCompletionSource<IConnectionStream> _accept = new();

    /// <summary>The answer to the next dial; without one, nobody listens.</summary>
    public FuzzStream? Answer { get; set; }

    public TcpAddress Address => new("localhost", 1);

    public ValueTask<IConnectionStream> DialAsync(TcpAddress address, CancellationToken cancellationToken)
    {
        IConnectionStream answer = Answer ?? throw new PeerException(PeerProblemKind.NobodyListens, "nobody listens");
        Answer = null;
        return new ValueTask<IConnectionStream>(answer);
    }

    public ValueTask<IConnectionListener> ListenAsync(TcpAddress address, CancellationToken cancellationToken) => new(this);

    public ValueTask<IConnectionStream> AcceptAsync() => new(_accept.Task);

    /// <summary>Someone connects.</summary>
    public void Connect(FuzzStream stream)
    {
        TaskCompletionSource<IConnectionStream> accept = _accept;
        _accept = new TaskCompletionSource<IConnectionStream>();
        accept.SetResult(stream);
    }

    public void Dispose()
    {
    }
}
