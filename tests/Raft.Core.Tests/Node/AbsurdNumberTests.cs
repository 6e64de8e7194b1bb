namespace Raft.Tests.Node;

/// <summary>One message with an absurd number, from a transport that does not check it, neither ends a node nor confuses it.</summary>
public sealed class AbsurdNumberTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly FakePeers _peers;

    public AbsurdNumberTests() => _peers = new FakePeers(_lab, "n2", "n3");

    public void Dispose() => _peers.Dispose();

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Leader_TimeOfSending_ContinuesToCommit(long ticks)
    {
        LabNode leader = _lab.Node(members: 3).Lead();
        leader.Commit("a");

        AppendEntriesReplyMessage answer = Answer(leader);
        _peers.Send("n2", answer with { SentAtTicks = ticks });
        _peers.Send("n3", answer with { From = "n3", SentAtTicks = ticks });

        _lab.World.RunUntilIdle();
        leader.Commit("b");
        Assert.Equal(RaftRole.Leader, leader.Status.Role);
    }

    [Fact]
    public void Leader_AppliedIndex_ContinuesToCommit()
    {
        LabNode leader = _lab.Node(members: 3).Lead();
        leader.Commit("a");

        _peers.Send("n2", Answer(leader) with { AppliedIndex = long.MaxValue });

        _lab.World.RunUntilIdle();
        leader.Commit("b");
    }

    private AppendEntriesReplyMessage Answer(LabNode leader)
    {
        AppendEntriesMessage heartbeat = _peers.Received.OfType<AppendEntriesMessage>().Last(static message => message.To == "n2");
        return new AppendEntriesReplyMessage
        {
            From = "n2",
            To = leader.Raft.Id,
            Origin = heartbeat.Origin,
            Term = heartbeat.Term,
            Correlation = heartbeat.Correlation,
            Success = true,
            PrevLogIndex = heartbeat.PrevLogIndex,
            LastIndex = heartbeat.LastIndex,
        };
    }
}
