namespace Raft.Testing;

/// <summary>One check of a transport: three members, each with a transport and a receiver.</summary>
internal sealed class TransportTrial : ContractTrial
{
    private static readonly TimeSpan ResendAfter = TimeSpan.FromMilliseconds(250);

    private readonly SortedDictionary<NodeId, Member> _members = [];
    private long _correlation = 100;

    public TransportTrial(ContractClause clause, TransportSubject subject)
        : base(nameof(TransportContract), clause, subject)
    {
        Subject = subject;
        RaftMember[] members = [.. ((NodeId[])["n1", "n2", "n3"]).Select(subject.CreateMember)];
        foreach (RaftMember member in members)
        {
            _members.Add(member.NodeId, new Member(
                member, subject.CreateTransport(member), new ContractReceiver(member.NodeId) { Members = members }));
        }
    }

    public TransportSubject Subject { get; }

    public IEnumerable<NodeId> Ids => _members.Keys;

    public ContractReceiver Receiver(NodeId id) => _members[id].Receiver;

    public ITransport Transport(NodeId id) => _members[id].Transport;

    public RaftMember Describe(NodeId id) => _members[id].Self;

    /// <summary>A number that no message has had.</summary>
    public long NextCorrelation() => _correlation += 10;

    public Task StartAsync(NodeId id)
    {
        Member member = _members[id];
        member.IsRunning = true;
        return CallAsync($"started {id}", () => member.Transport.StartAsync(member.Receiver, CancellationToken.None).AsTask());
    }

    public async Task StartAllAsync()
    {
        foreach (NodeId id in Ids)
        {
            await StartAsync(id).ConfigureAwait(false);
        }
    }

    /// <summary>Calls StopAsync on another thread, since it may wait for this one.</summary>
    public Task BeginStop(NodeId id)
    {
        Member member = _members[id];
        member.IsRunning = false;
        return Task.Run(() => member.Transport.StopAsync(CancellationToken.None).AsTask());
    }

    public Task StopAsync(NodeId id)
    {
        Member member = _members[id];
        member.IsRunning = false;
        return CallAsync($"stopped {id}", () => member.Transport.StopAsync(CancellationToken.None).AsTask());
    }

    public async Task StopAllAsync()
    {
        foreach (NodeId id in Ids.Where(id => _members[id].IsRunning))
        {
            await StopAsync(id).ConfigureAwait(false);
        }
    }

    /// <summary>Stops what runs after a clause was broken. Errors of these stops are ignored: the first one is reported.</summary>
    public async Task StopQuietlyAsync()
    {
        foreach (Member member in _members.Values.Where(static member => member.IsRunning))
        {
            await CatchAsync("stopped", () => member.Transport.StopAsync(CancellationToken.None).AsTask()).ConfigureAwait(false);
        }
    }

    /// <summary>Gives a node a new receiver for its next start.</summary>
    public void ReplaceReceiver(NodeId id, out ContractReceiver earlier)
    {
        earlier = _members[id].Receiver;
        _members[id].Receiver = new ContractReceiver(id) { Members = earlier.Members };
    }

    /// <summary>Sends, which must not throw.</summary>
    public void Send(NodeId from, RaftMember to, RaftMessage message)
    {
        try
        {
            _members[from].Transport.Send(to, message);
        }
        catch (Exception exception)
        {
            throw Broken($"Send from {from} to {to} threw {exception.GetType().Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Sends a message until it arrives, since any may be lost; it must arrive as it was.</summary>
    public async Task DeliverAsync(NodeId from, NodeId to, RaftMessage message)
    {
        Note($"sent from {from} to {to} until it arrived: {ContractMessages.Shorten(ContractMessages.Describe(message))}");
        ContractReceiver receiver = Receiver(to);
        string text = ContractMessages.Describe(message);
        int before = receiver.Count;
        bool arrived = false;
        for (TimeSpan waited = TimeSpan.Zero; !arrived && waited < Subject.Limit; waited += ResendAfter)
        {
            Send(from, Describe(to), message);
            arrived = await Subject.WaitUntilAsync(() => receiver.Received.Skip(before).Any(each => each.Text == text), ResendAfter)
                .ConfigureAwait(false);
            if (!arrived && receiver.Received.Skip(before)
                .FirstOrDefault(each => each.Message.Correlation == message.Correlation) is { Text: { } other })
            {
                throw Broken($"It arrived as: {ContractMessages.Shorten(other)}");
            }
        }

        Require(arrived, $"It did not arrive, however often it was sent. {to} received {receiver.Count - before} other messages "
            + $"meanwhile; of all, the last was: {(receiver.Count == 0 ? "none" : ContractMessages.Shorten(receiver.Received[^1].Text))}");
    }

    private sealed class Member(RaftMember self, ITransport transport, ContractReceiver receiver)
    {
        public RaftMember Self { get; } = self;

        public ITransport Transport { get; } = transport;

        public ContractReceiver Receiver { get; set; } = receiver;

        public bool IsRunning { get; set; }
    }
}
