namespace Raft.Consensus;

/// <content>What the host needs to see whether replication makes progress.</content>
public sealed partial class ConsensusModule
{
    private long _commitNamedInTerm;
    private long _termOfNamedCommit;

    /// <summary>The highest commit index that a leader has named; 0 if none has. A wrong one is corrected in the next term.</summary>
    internal long CommitIndexOfLeader { get; private set; }

    /// <summary>How many bytes of the snapshot that is being received are or were stored, at most.</summary>
    internal long ReceivedBytes => _reception?.Furthest ?? 0;

    /// <summary>
    /// A new leader may not know everything that is committed. Once it has committed an entry of its own term, it does (section 8), and
    /// what earlier ones have named counts no longer.
    /// </summary>
    private void NoteCommitIndexOfLeader(long commitIndex)
    {
        _commitNamedInTerm = _termOfNamedCommit == Term ? Math.Max(_commitNamedInTerm, commitIndex) : commitIndex;
        _termOfNamedCommit = Term;
        CommitIndexOfLeader = HasCommittedInItsTerm ? _commitNamedInTerm : Math.Max(CommitIndexOfLeader, _commitNamedInTerm);
    }
}
