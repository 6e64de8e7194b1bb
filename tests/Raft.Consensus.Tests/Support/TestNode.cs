using System.Diagnostics.CodeAnalysis;

namespace Raft.Consensus.Tests.Support;

/// <summary>
/// A module with its disk: does for the module what a host does. It writes in order, sends a message once the version
/// that it is bound to is durable, and answers loads from the disk and from its snapshots.
/// </summary>
internal sealed partial class TestNode
{
    private readonly Action<RaftMessage> _send;
    private readonly List<OutgoingMessage> _waiting = [];
    private TestClock _clock;

    public TestNode(ConsensusOptions options, TestClock clock, TestDisk disk, Action<RaftMessage> send)
    {
        Options = options;
        _clock = clock;
        _send = send;
        Disk = disk;
        Disk.Durable = Persisted;
        Restart();
    }

    public NodeId Id => Options.NodeId;

    /// <summary>What the next run is made with.</summary>
    public ConsensusOptions Options { get; set; }

    /// <summary>What the module wanted to be reported, oldest first.</summary>
    public List<object> Notices { get; } = [];

    /// <summary>The indices at which reads of this node may be answered, oldest first.</summary>
    public List<ReadIndexGrant> ReadGrants { get; } = [];

    public ConsensusModule Module { get; private set; }

    public TestDisk Disk { get; }

    /// <summary>Whether loads are answered at once from the disk. If not, they collect in <see cref="Loads"/>.</summary>
    public bool AnswersLoads { get; set; } = true;

    public List<EntryLoadRequest> Loads { get; } = [];

    /// <summary>Asked after each input whether its batch ends. By default each input is a batch of its own.</summary>
    public Func<bool> EndsBatch { get; set; } = static () => true;

    /// <summary>Messages that wait for a write, with the version that they wait for.</summary>
    public IReadOnlyList<OutgoingMessage> Waiting => _waiting;

    /// <summary>The log as the module has it: its terms.</summary>
    public long[] Log
    {
        get
        {
            long[] terms = new long[Module.LastIndex - Module.FirstIndex + 1];
            for (int i = 0; i < terms.Length; i++)
            {
                terms[i] = Module.TermAt(Module.FirstIndex + i);
            }

            return terms;
        }
    }

    /// <summary>Loses what is not durable, and begins a new run from the rest.</summary>
    public void CrashAndRestart()
    {
        Disk.Crash();
        Restart();
    }

    /// <summary>Crashes, and begins a new run in another process, whose monotonic clock starts again.</summary>
    /// <param name="clock">The clock of the process.</param>
    public void CrashAndRestart(TestClock clock)
    {
        _clock = clock;
        CrashAndRestart();
    }

    /// <summary>Begins a new run from what is on the disk.</summary>
    [MemberNotNull(nameof(Module))]
    public void Restart()
    {
        _waiting.Clear();
        Loads.Clear();
        ForgetTransfers();
        RecoverModule();
        Module.Start(_clock.Now);
        CompleteBatch();
    }

    public void Receive(RaftMessage message)
    {
        Module.Receive(message, _clock.Now);
        Flush();
    }

    /// <summary>Several messages in one batch.</summary>
    public void ReceiveTogether(params RaftMessage[] messages)
    {
        foreach (RaftMessage message in messages)
        {
            Module.Receive(message, _clock.Now);
        }

        Flush();
    }

    /// <summary>Several inputs of any kind in one batch.</summary>
    public void Batch(Action<ConsensusModule> inputs)
    {
        inputs(Module);
        Flush();
    }

    /// <summary>What the node does in these actions is one batch, whatever kinds of inputs it consists of.</summary>
    public void InOneBatch(params Action[] inputs)
    {
        Func<bool> endsBatch = EndsBatch;
        EndsBatch = static () => false;
        foreach (Action input in inputs)
        {
            input();
        }

        EndsBatch = endsBatch;
        CompleteBatch();
    }

    /// <summary>Passes the time to the module.</summary>
    public void AdvanceTime()
    {
        Module.AdvanceTime(_clock.Now);
        Flush();
    }

    /// <summary>Moves the clock to the module's next deadline, and notifies the module.</summary>
    public void AdvanceToDeadline()
    {
        _clock.AdvanceTo(Module.NextDeadline ?? _clock.Now);
        AdvanceTime();
    }

    public ProposeResult Propose(ReadOnlyMemory<byte> data, DateTimeOffset utcNow = default)
    {
        ProposeResult outcome = Module.Propose(data, utcNow, out _);
        Flush();
        return outcome;
    }

    public void Persisted(long version)
    {
        Module.Persisted(version, _clock.Now);
        Flush();
    }

    public void EntriesLoaded(EntryLoadRequest request, ReadOnlyMemory<LogEntry> entries)
    {
        Module.EntriesLoaded(request, entries, _clock.Now);
        Flush();
    }

    /// <summary>
    /// Begins with what is on the disk: after the latest snapshot if the log lacks what that covers (see NodeLife.Recovery in
    /// Raft.Core).
    /// </summary>
    [MemberNotNull(nameof(Module))]
    private void RecoverModule()
    {
        TestSnapshot? latest = Snapshots.Latest;
        if (latest is not null && latest.Index >= Disk.Start.Index && !Disk.Stored.Holds(latest.Index, latest.Term))
        {
            Disk.StartAfter(new LogStart(latest.Index, latest.Term));
        }

        DateTimeOffset previousTime = latest?.Index == Disk.Start.Index ? latest.Time : default;
        ClusterConfiguration? configuration = latest?.Index >= Disk.Start.Index ? latest.Configuration : null;
        Module = new ConsensusModule(
            Options, Disk.HardState, Disk.Start.Index, Disk.Start.Term, previousTime, configuration, Disk.Store);
        Module.Recover(Disk.Entries.ToArray());
        Module.RecoverCommit(Math.Max(latest?.Index ?? 0, Disk.CommitIndex));
    }

    /// <summary>Ends the batch, and carries out what follows from it.</summary>
    public void CompleteBatch()
    {
        Module.CompleteBatch();
        foreach (PersistRequest write in Module.Outputs.Writes)
        {
            Disk.Write(write);
        }

        _waiting.AddRange(Module.Outputs.Messages);
        EntryLoadRequest[] loads = Module.Outputs.EntryLoads.ToArray();
        ChunkLoadRequest[] snapshotLoads = Module.Outputs.ChunkLoads.ToArray();
        InstallSnapshotMessage[] chunks = Module.Outputs.ReceivedChunks.ToArray();
        Notices.AddRange(Module.Outputs.Notices);
        ReadGrants.AddRange(Module.Outputs.ReadGrants);
        Module.Outputs.Clear();

        SendWhatIsDue();
        Disk.Settle();
        foreach (EntryLoadRequest load in loads)
        {
            if (AnswersLoads)
            {
                EntriesLoaded(load, Disk.Read(load.FirstIndex, load.MaximumEntries));
            }
            else
            {
                Loads.Add(load);
            }
        }

        TakeSnapshotLoads(snapshotLoads);
        TakeReceivedChunks(chunks);
    }

    private void Flush()
    {
        if (EndsBatch())
        {
            CompleteBatch();
        }
    }

    private void SendWhatIsDue()
    {
        for (int i = 0; i < _waiting.Count;)
        {
            OutgoingMessage next = _waiting[i];
            if (next.RequiredVersion > Module.DurableVersion)
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            _send(next.Message);
        }
    }
}
