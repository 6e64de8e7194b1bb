using Raft.Testing;

namespace Raft.Tests.Node;

/// <summary>A node on the network that is not a member.</summary>
internal sealed class Stranger : IMessageReceiver
{
    private readonly SimulatedTransport _transport;

    public Stranger(Lab lab)
    {
        _transport = lab.World.Network.CreateTransport();
        Assert.True(_transport.StartAsync(this, CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    public NodeId NodeId => "stranger";

    public void Receive(RaftMessage message)
    {
        // not interested
    }

    /// <summary>Sends a vote request of another cluster.</summary>
    public void SendForeign(string to) => _transport.Send(new RaftMember(to), Request(to, "another", term: 1));

    /// <summary>Sends a vote request of a node of the same cluster id that was set up with other members.</summary>
    public void SendOfAnotherIdentity(string to)
    {
        RequestVoteMessage request = Request(to, "raft", term: 9) with
        {
            Origin = Origins.Of(members: 7),
            FirstMembers = ["n1", "n9"],
        };
        _transport.Send(new RaftMember(to), request);
    }

    /// <summary>Sends what a node of this cluster would that is not a member.</summary>
    public void SendUnlisted(string to, int members) =>
        _transport.Send(new RaftMember(to), Request(to, "raft", term: 1) with { Origin = Origins.Of(members), IsPreVote = true });

    /// <summary>Sends what no correct node would: terms do not grow that large.</summary>
    public void SendNonsense(string to) => _transport.Send(new RaftMember(to), Request(to, "raft", term: long.MaxValue));

    private static RequestVoteMessage Request(string to, string clusterId, long term) =>
        new() { From = "stranger", To = to, Origin = Origins.Of(clusterId: clusterId), Term = term, LastLogIndex = 0, LastLogTerm = 0 };
}
