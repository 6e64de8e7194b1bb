using Raft.Tests.Node;

namespace Raft.Tests.Transports;

/// <summary>What the tests of both in-process networks share.</summary>
public abstract class InProcessNetworkTests
{
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract InProcessNetwork CreateNetwork(int inboxCapacity = InProcessNetwork.DefaultInboxCapacity);

    private protected static async Task<FetchingNode> StartNodeAsync(InProcessNetwork network, NodeId id)
    {
        FetchingNode node = new(new FetchingReceiver(id), network.CreateTransport());
        await node.Transport.StartAsync(node.Receiver, Cancellation);
        return node;
    }

    private protected static RaftMessage Message(NodeId from, NodeId to, long correlation) => new RequestVoteReplyMessage
    {
        Origin = Origins.Of(),
        From = from,
        To = to,
        Term = 1,
        Correlation = correlation,
        VoteGranted = true,
    };

    private protected sealed record FetchingNode(FetchingReceiver Receiver, InProcessTransport Transport)
    {
        public NodeId Id => Receiver.NodeId;

        public void Send(NodeId to, long correlation) => Transport.Send(new RaftMember(to), Message(Id, to, correlation));

        public void SendMany(NodeId to, int count)
        {
            for (int i = 0; i < count; i++)
            {
                Send(to, i);
            }
        }

        public List<long> Fetch() => Receiver.Fetch();

        public async Task StopAsync() => await Transport.StopAsync(Cancellation);

        public async Task RestartAsync() => await Transport.StartAsync(Receiver, Cancellation);
    }
}
