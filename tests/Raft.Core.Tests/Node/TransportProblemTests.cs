namespace Raft.Tests.Node;

/// <summary>What a status says about a transport that fails to describe its problems.</summary>
public class TransportProblemTests
{
    [Fact]
    public async Task Status_OfANodeWhoseTransportThrows_SaysSo()
    {
        RaftNodeOptions options = new() { Members = ["n1", "n2"], AllowVolatileStorage = true };
        RaftNode node = new("n1", options: options, ports: new RaftNodePorts { Transport = new ThrowingTransport() });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task running = node.RunAsync(stop.Token);
        while (node.Status.TransportProblems.Count == 0)
        {
            await Task.Yield();
        }

        TransportProblem problem = Assert.Single(node.Status.TransportProblems);
        await stop.CancelAsync();
        await running;

        Assert.Equal("n2", problem.Member);
        Assert.Equal("the transport cannot describe it: InvalidOperationException: broken", problem.Description);
    }

    private sealed class ThrowingTransport : ITransport
    {
        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) => default;

        public void Send(RaftMember to, RaftMessage message)
        {
        }

        public string DescribeProblem(NodeId member) => throw new InvalidOperationException("broken.");

        public ValueTask StopAsync(CancellationToken cancellationToken) => default;
    }
}
