namespace Raft.SimulationRuns;

/// <summary>
/// A transport over connections, with a rule of its own: all AppendEntries from one node arrive in the order in which they were sent, and
/// none arrives twice, also after its process has connected again. A connection that the receiver has opened has an order of its own: it is
/// used while the other is broken, and may be faster than what is still under way there.
/// </summary>
/// <param name="inner">The transport.</param>
/// <param name="detour">The connection by which the present message came, if the receiver has opened it; otherwise null.</param>
/// <param name="report">Reports a broken rule.</param>
internal sealed class OrderedTransport(ITransport inner, Func<object?> detour, Action<string> report) : ITransport
{
    public bool LeavesProcess => inner.LeavesProcess;

    public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) =>
        inner.StartAsync(new Receiver(receiver, detour, report), cancellationToken);

    public void Send(RaftMember to, RaftMessage message) => inner.Send(to, message);

    public string? DescribeProblem(NodeId member) => inner.DescribeProblem(member);

    public ValueTask StopAsync(CancellationToken cancellationToken) => inner.StopAsync(cancellationToken);

    private sealed class Receiver(IMessageReceiver inner, Func<object?> detour, Action<string> report) : IMessageReceiver
    {
        private readonly Dictionary<(NodeId From, StoreIdentity? Life, object? Detour), long> _last = []; // never enumerated

        public NodeId NodeId => inner.NodeId;

        public MessageOrigin? Origin => inner.Origin;

        public IReadOnlyList<RaftMember> Members => inner.Members;

        public void Receive(RaftMessage message)
        {
            if (message is AppendEntriesMessage append)
            {
                (NodeId, StoreIdentity?, object?) sender = (append.From, append.Origin.Store, detour());
                if (_last.TryGetValue(sender, out long last) && append.Correlation <= last)
                {
                    report($"AppendEntries stay in order is broken: {inner.NodeId} received request {append.Correlation} of {append.From} "
                        + $"after request {last}.");
                }

                _last[sender] = append.Correlation;
            }

            inner.Receive(message);
        }
    }
}
