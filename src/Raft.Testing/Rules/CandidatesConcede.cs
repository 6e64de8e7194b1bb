namespace Raft.Testing;

/// <summary>Section 5.2: a candidate that receives a message from the leader of its own term becomes its follower.</summary>
internal sealed class CandidatesConcede : ClusterRule
{
    private readonly Dictionary<NodeId, (RaftNode Life, NodeId Leader, long Term)> _heard = [];

    public override string Name => "Candidates concede";

    public override string? OnDelivered(SimulatedNode node, RaftMessage message)
    {
        if (message is AppendEntriesMessage && !node.IsPaused && node.Current is { } life)
        {
            _heard[node.Id] = (life, message.From, message.Term);
        }

        return null;
    }

    public override string? OnQuiet(SimulatedNode node)
    {
        if (_heard.Count == 0 || !_heard.Remove(node.Id, out (RaftNode Life, NodeId Leader, long Term) heard) || heard.Life != node.Current)
        {
            return null;
        }

        PublishedStatus status = heard.Life.PublishedStatus;
        return status.IsRunning && !node.Store.HasFailed && status.Term == heard.Term
            && status.Role is RaftRole.PreCandidate or RaftRole.Candidate
            ? $"{node.Id} is {status.Role} of term {status.Term}, which {heard.Leader} leads, and has just received its message."
            : null;
    }
}
