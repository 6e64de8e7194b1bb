namespace Raft.Consensus;

/// <content>What must be durable before what: Figure 2's persistent state, "updated on stable storage before responding".</content>
public sealed partial class ConsensusModule
{
    private bool _hardStateChanged;
    private long _hardStateVersion;
    private long _firstUnwritten;

    /// <summary>
    /// The version that makes the current term and vote durable. A change that is not written yet goes out with the batch's first
    /// write, which gets the next number.
    /// </summary>
    private long VersionOfHardState => _hardStateChanged ? _durability.IssuedVersion + 1 : _hardStateVersion;

    /// <summary>The version that an answer must wait for if it vouches for the log up to an index.</summary>
    private long VersionOfLog(long index) => index <= DurableIndex ? VersionOfHardState : ConsensusOutputs.LastWriteOfBatch;

    /// <summary>Reports that every write up to a version is durable.</summary>
    /// <param name="version">The version; reports may repeat and come in any order.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ConsensusInvariantException">No such write was issued.</exception>
    public void Persisted(long version, TimeSpan now)
    {
        SetTime(now);
        _durability.Persisted(version);
        EndJoinIfCaughtUp();
        CountOwnVote();
    }

    /// <summary>
    /// Asks for one write of all that changed since the last one: the hard state and the suffix of the log that is not written yet.
    /// There are several only if the suffix spans segments; then the first one carries the hard state.
    /// </summary>
    private void EmitWrites()
    {
        HardState? hardState = _hardStateChanged ? new HardState(Term, VotedFor) { Identity = Origin.Identity, Join = Join } : null;
        if (_unwrittenStart is { } start)
        {
            EmitStart(hardState, start);
            hardState = null;
        }

        while (_firstUnwritten <= _log.LastIndex)
        {
            ReadOnlyMemory<LogEntry> entries = _log.Slice(_firstUnwritten, _log.LastIndex, int.MaxValue, long.MaxValue);
            Emit(hardState, entries);
            hardState = null;
        }

        if (hardState is not null)
        {
            Emit(hardState, default);
        }

        Outputs.BindToLastWrite(_durability.IssuedVersion);
    }

    /// <summary>
    /// The log restarts after a snapshot. The term goes first, since no log may end in a term that its node has not reached. What was
    /// durable before stays so, and nothing more becomes durable until the new start is. No write has a commit index that a crash after
    /// it would leave beyond the end of the log.
    /// </summary>
    private void EmitStart(HardState? hardState, LogStart start)
    {
        if (hardState is not null)
        {
            long written = _durability.IssuedIndex;
            long version = IssueHardState(written);
            Outputs.Add(new PersistRequest(version, hardState, start.Index + 1, default) { CommitIndex = Math.Min(CommitIndex, written) });
        }

        long startVersion = _durability.Issue(start.Index);
        Outputs.Add(new PersistRequest(startVersion, null, start.Index + 1, default)
        {
            Start = start,
            CommitIndex = Math.Min(CommitIndex, start.Index),
        });
        _unwrittenStart = null;
    }

    private void Emit(HardState? hardState, ReadOnlyMemory<LogEntry> entries)
    {
        long firstIndex = _firstUnwritten;
        _firstUnwritten += entries.Length;
        long lastIndex = _firstUnwritten - 1;
        long version = hardState is null ? _durability.Issue(lastIndex) : IssueHardState(lastIndex);
        Outputs.Add(new PersistRequest(version, hardState, firstIndex, entries) { CommitIndex = Math.Min(CommitIndex, lastIndex) });
    }

    /// <summary>Numbers a write that contains the current term and vote.</summary>
    private long IssueHardState(long lastIndex)
    {
        _hardStateVersion = _durability.Issue(lastIndex);
        _hardStateChanged = false;
        return _hardStateVersion;
    }
}
