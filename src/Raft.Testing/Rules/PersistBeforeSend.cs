namespace Raft.Testing;

/// <summary>
/// Figure 2, persistent state: nothing that a message promises may be lost in a crash, from the moment at which it is sent.
/// </summary>
internal sealed class PersistBeforeSend : ClusterRule
{
    public override string Name => "Persist before send";

    public override string? OnSent(SimulatedNode node, RaftMessage message)
    {
        LogImage disk = node.Store.DurableImage;
        return message switch
        {
            RequestVoteMessage { IsPreVote: true } or RequestVoteReplyMessage { IsPreVote: true } => null, // they promise nothing
            _ when disk.HardState.Term < message.Term => $"{node.Id} sends {message.GetType().Name} of term {message.Term}, and its disk "
                + $"is in term {disk.HardState.Term}.",
            RequestVoteMessage when disk.HardState.Term == message.Term && disk.HardState.VotedFor != node.Id =>
                $"{node.Id} asks for votes in term {message.Term}, and its own is not on its disk.",
            RequestVoteReplyMessage { VoteGranted: true } when disk.HardState.Term == message.Term
                && disk.HardState.VotedFor != message.To =>
                $"{node.Id} gives {message.To} its vote in term {message.Term}, and its disk does not say so.",
            // One of an earlier term may be late: what it vouches for was durable, before a leader of this term replaced it.
            AppendEntriesReplyMessage { Success: true } reply when disk.HardState.Term == reply.Term
                && disk.Entries.LastIndex < reply.LastIndex =>
                $"{node.Id} acknowledges entries up to {reply.LastIndex}, and its disk holds them up to {disk.Entries.LastIndex}.",
            AppendEntriesReplyMessage { Success: true } reply when node.Store.WrittenImage.HardState.Term == reply.Term
                && node.Store.SafeIndex < reply.LastIndex =>
                $"{node.Id} acknowledges entries up to {reply.LastIndex}, and a crash would leave its leader's log up to "
                    + $"{node.Store.SafeIndex}.",
            InstallSnapshotReplyMessage { IsInstalled: true } reply when disk.HardState.Term == reply.Term
                && disk.Entries.LastIndex < reply.LastIncludedIndex =>
                $"{node.Id} says that it holds everything up to {reply.LastIncludedIndex}, and its disk holds it up to "
                    + $"{disk.Entries.LastIndex}.",
            _ => null,
        };
    }

    /// <summary>A candidate's own vote is a vote like any other: it counts once it is durable.</summary>
    public override string? OnChanged(SimulatedNode node, in NodeSituation before, in NodeSituation now)
    {
        if (now.Role != RaftRole.Leader || (before.Role == RaftRole.Leader && before.Term == now.Term))
        {
            return null;
        }

        HardState disk = node.Store.DurableImage.HardState;
        return disk.Term == now.Term && disk.VotedFor == node.Id ? null : $"{node.Id} leads term {now.Term}, and its own vote is not on "
            + "its disk.";
    }
}
