namespace Raft.Consensus;

/// <content>What the host needs to see whether replication makes progress.</content>
public sealed partial class ConsensusModule
{
    /// <summary>The highest commit index that a leader has named; 0 if none has.</summary>
    internal long CommitIndexOfLeader { get; private set; }

    /// <summary>How many bytes of the snapshot that is being received are or were stored, at most.</summary>
    internal long ReceivedBytes => _reception?.Furthest ?? 0;

    private void NoteCommitIndexOfLeader(long commitIndex) => CommitIndexOfLeader = Math.Max(CommitIndexOfLeader, commitIndex);
}
