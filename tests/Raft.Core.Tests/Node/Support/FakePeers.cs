using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>Members that vote for everybody, and acknowledge everything at once as long as the test lets them.</summary>
internal sealed class FakePeers : IDisposable
{
    private readonly Lab _lab;
    private readonly List<Peer> _peers = [];

    public FakePeers(Lab lab, params string[] ids)
    {
        _lab = lab;
        foreach (string id in ids)
        {
            _peers.Add(new Peer(this, id, lab.World.Network.CreateTransport()));
        }
    }

    /// <summary>Whether new entries are acknowledged; a heartbeat after one that was not acknowledged gets no answer either.</summary>
    public bool Acknowledge { get; set; } = true;

    /// <summary>The store that the peers say they have; null if it is volatile.</summary>
    public StoreIdentity? Store { get; set; }

    /// <summary>Everything that the peers have received.</summary>
    public List<RaftMessage> Received { get; } = [];

    /// <summary>Sends a message as one of the peers.</summary>
    public void Send(NodeId from, RaftMessage message) => _peers.Single(peer => peer.NodeId == from).Send(message);

    /// <summary>Lets a peer reject the leader's latest message, as if its log were empty.</summary>
    public void Reject(NodeId peer)
    {
        _lab.World.RunFor(TimeSpan.FromSeconds(1)); // what is rejected was sent after the acknowledgement
        AppendEntriesMessage append = Received.OfType<AppendEntriesMessage>().Last(message => message.To == peer);
        Send(peer, new AppendEntriesReplyMessage
        {
            From = peer,
            To = append.From,
            Origin = append.Origin with { Store = Store },
            Term = append.Term,
            Correlation = append.Correlation,
            Success = false,
            PrevLogIndex = append.PrevLogIndex,
            LastIndex = 0,
        });
    }

    /// <summary>Lets a peer say that it has lost its log, until a leader sends it a snapshot.</summary>
    public InstallSnapshotMessage AwaitSnapshot(NodeId peer)
    {
        InstallSnapshotMessage? Sent() => Received.OfType<InstallSnapshotMessage>().LastOrDefault(message => message.To == peer);
        for (int tries = 0; tries < 50 && Sent() is null; tries++)
        {
            AppendEntriesMessage append = Received.OfType<AppendEntriesMessage>().Last(message => message.To == peer);
            Send(peer, new AppendEntriesReplyMessage
            {
                From = peer,
                To = append.From,
                Origin = append.Origin with { Store = Store },
                Term = append.Term,
                Correlation = append.Correlation,
                Success = false,
                PrevLogIndex = append.PrevLogIndex,
                LastIndex = 0,
            });
            _lab.World.RunFor(TimeSpan.FromMilliseconds(100));
        }

        return Sent() ?? throw new InvalidOperationException($"No snapshot was sent to {peer}.");
    }

    public void Dispose()
    {
        foreach (Peer peer in _peers)
        {
            peer.Stop();
        }
    }

    private sealed class Peer : IMessageReceiver
    {
        private readonly FakePeers _peers;
        private readonly SimulatedTransport _transport;
        private long _acknowledged;

        public Peer(FakePeers peers, NodeId id, SimulatedTransport transport)
        {
            _peers = peers;
            _transport = transport;
            NodeId = id;
            Assert.True(transport.StartAsync(this, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        }

        public NodeId NodeId { get; }

        public void Send(RaftMessage message) => _transport.Send(new RaftMember(message.To), message);

        public void Receive(RaftMessage message)
        {
            _peers.Received.Add(message);
            if (message is AppendEntriesMessage taken && _peers.Acknowledge)
            {
                _acknowledged = Math.Max(_acknowledged, taken.LastIndex);
            }

            RaftMessage? reply = message switch
            {
                RequestVoteMessage request => new RequestVoteReplyMessage
                {
                    From = NodeId,
                    To = request.From,
                    Origin = request.Origin with { Store = _peers.Store },
                    Term = request.Term,
                    Correlation = request.Correlation,
                    VoteGranted = true,
                    IsPreVote = request.IsPreVote,
                },
                AppendEntriesMessage append when append.LastIndex <= _acknowledged => new AppendEntriesReplyMessage
                {
                    From = NodeId,
                    To = append.From,
                    Origin = append.Origin with { Store = _peers.Store },
                    Term = append.Term,
                    Correlation = append.Correlation,
                    Success = true,
                    PrevLogIndex = append.PrevLogIndex,
                    LastIndex = append.LastIndex,
                },
                _ => null,
            };
            if (reply is not null)
            {
                _transport.Send(new RaftMember(message.From), reply);
            }
        }

        public void Stop() => Assert.True(_transport.StopAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }
}
