namespace Raft.Consensus;

/// <content>
/// Messages that compare the states of the members. They are the host's: the module only decides whether they may be received and sent.
/// </content>
public sealed partial class ConsensusModule
{
    /// <summary>Reports digests of this node's state to the leader. It is sent with this batch.</summary>
    /// <param name="leader">The leader.</param>
    /// <param name="run">A positive number of this node's run, which the answer repeats.</param>
    /// <param name="agreedIndex">The last index at which this node's state was that of a majority.</param>
    /// <param name="digests">The digests.</param>
    internal void ReportDigests(NodeId leader, long run, long agreedIndex, IReadOnlyList<IndexedDigest> digests)
    {
        StateDigestMessage report = new()
        {
            From = Id,
            To = leader,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = run,
            AgreedIndex = agreedIndex,
            Digests = digests,
        };
        Outputs.Add(report, VersionOfHardState);
    }

    /// <summary>Answers a member that has reported digests. It is sent with this batch.</summary>
    /// <param name="member">The member.</param>
    /// <param name="run">The number of the member's run.</param>
    /// <param name="receivedIndex">The last index whose digest it need not repeat.</param>
    /// <param name="agreedIndex">The last index at which its state was that of a majority.</param>
    /// <param name="divergence">The difference that concerns it; null if there is none.</param>
    internal void AnswerDigests(NodeId member, long run, long receivedIndex, long agreedIndex, StateDivergence? divergence)
    {
        StateDigestReplyMessage reply = new()
        {
            From = Id,
            To = member,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = run,
            ReceivedIndex = receivedIndex,
            AgreedIndex = agreedIndex,
            Divergence = divergence,
        };
        Outputs.Add(reply, VersionOfHardState);
    }
}
