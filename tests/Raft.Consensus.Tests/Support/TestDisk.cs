namespace Raft.Consensus.Tests.Support;

/// <summary>
/// The log store of one node. Writes take effect in order: at once, or when the test says so after <see cref="Hold"/>. A
/// crash leaves a prefix of them.
/// </summary>
internal sealed class TestDisk
{
    private readonly List<PersistRequest> _pending = [];
    private bool _holding;

    /// <summary>Called with the version up to which writes have just become durable.</summary>
    public Action<long>? Durable { get; set; }

    /// <summary>The term and vote that would survive a crash now.</summary>
    public HardState HardState { get; private set; }

    /// <summary>The commit index that would survive a crash now.</summary>
    public long CommitIndex { get; private set; }

    /// <summary>The identity of the store; null if it is volatile.</summary>
    public StoreIdentity? Store { get; set; }

    /// <summary>The log that would survive a crash now.</summary>
    public TestLog Stored { get; private set; } = new([]);

    /// <summary>The entries that would survive a crash now.</summary>
    public IReadOnlyList<LogEntry> Entries => Stored.Entries;

    /// <summary>Where the log begins that would survive a crash now.</summary>
    public LogStart Start => Stored.Start;

    /// <summary>Writes that were handed over and are not durable.</summary>
    public IReadOnlyList<PersistRequest> Pending => _pending;

    /// <summary>How many writes were handed over so far.</summary>
    public int WriteCount { get; private set; }

    /// <summary>The terms of the entries that would survive a crash now.</summary>
    public long[] Log => [.. Entries.Select(entry => entry.Term)];

    /// <summary>From now on writes wait.</summary>
    public void Hold() => _holding = true;

    /// <summary>All that waits becomes durable, and from now on writes do not wait.</summary>
    public void Release()
    {
        _holding = false;
        Settle();
    }

    public void Write(in PersistRequest write)
    {
        WriteCount++;
        _pending.Add(write);
    }

    /// <summary>Makes everything durable unless the test holds it back.</summary>
    public void Settle()
    {
        if (!_holding && _pending.Count > 0)
        {
            Complete(_pending.Count);
        }
    }

    /// <summary>The oldest writes become durable, and the last one of them is reported.</summary>
    public void Complete(int writes)
    {
        long version = CompleteInSilence(writes);
        Durable?.Invoke(version);
    }

    /// <summary>The oldest writes become durable; nothing is reported yet.</summary>
    /// <returns>The version of the last one.</returns>
    public long CompleteInSilence(int writes)
    {
        long version = _pending[writes - 1].Version;
        for (int i = 0; i < writes; i++)
        {
            PersistRequest write = _pending[i];
            HardState = write.HardState ?? HardState;
            Stored.Apply(in write);
            Assert.InRange(write.CommitIndex, CommitIndex, Stored.LastIndex);
            CommitIndex = write.CommitIndex;
        }

        _pending.RemoveRange(0, writes);
        return version;
    }

    /// <summary>What is not durable is lost.</summary>
    public void Crash()
    {
        _pending.Clear();
        _holding = false;
    }

    /// <summary>A disk that holds this already when the node starts.</summary>
    public void Preset(HardState hardState, IEnumerable<LogEntry> entries, long previousIndex = 0, long previousTerm = 0)
    {
        HardState = hardState;
        CommitIndex = 0;
        Stored = new TestLog(entries, previousIndex, previousTerm);
    }

    /// <summary>What a host does on start if the log lacks what a stored snapshot covers; the term first, as always.</summary>
    public void StartAfter(LogStart start)
    {
        HardState = HardState.Term >= start.Term ? HardState : HardState with { Term = start.Term, VotedFor = null };
        Stored.StartAfter(start);
    }

    /// <summary>The host has compacted the log.</summary>
    public void DropThrough(long index) => Stored.DropThrough(index);

    /// <summary>Everything is gone: what a node in memory has after a restart.</summary>
    public void Wipe()
    {
        Crash();
        Preset(HardState, []);
    }

    /// <summary>The entries that a load finds: none if they were dropped.</summary>
    public ReadOnlyMemory<LogEntry> Read(long firstIndex, int maximumEntries) =>
        firstIndex <= Start.Index ? default : Entries.Skip((int)(firstIndex - Start.Index - 1)).Take(maximumEntries).ToArray();
}
