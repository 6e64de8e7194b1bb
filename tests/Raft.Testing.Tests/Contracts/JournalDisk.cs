namespace Raft.Testing.Tests.Contracts;

/// <summary>A disk in memory: what is flushed, and what is under way to it. A crash keeps the former and a part of the latter.</summary>
internal sealed class JournalDisk(JournalDefect defect) : LogStoreSubject
{
    private readonly Lock _lock = new();
    private readonly List<LogWrite> _underWay = [];
    private JournalStore? _store;
    private int _flushes;

    public ExpectedLog Durable { get; } = new();

    public (string ClusterId, NodeId Node)? Owner { get; set; }

    public Guid StoreId { get; } = Guid.NewGuid();

    public long Openings { get; set; }

    public bool FailsNext { get; set; }

    public override bool CanCrash => true;

    public override bool CanFailWrites => true;

    public override ILogStore CreateStore() => _store = new JournalStore(this, defect);

    public override void Crash(SeededRandom random)
    {
        _store!.Abandon();
        lock (_lock)
        {
            int kept = random.Next(_underWay.Count + 1);
            if (defect == JournalDefect.CrashLeavesAPrefixOfTheWrites && kept < _underWay.Count && _underWay[kept].HardState is not null)
            {
                _underWay[kept] = _underWay[kept] with { Entries = default }; // half of a write: the hard state without its entries
                kept++;
            }

            _underWay.RemoveRange(kept, _underWay.Count - kept);
            FlushAll();
        }
    }

    public override void FailNextWrite() => FailsNext = true;

    public void Add(LogWrite write)
    {
        lock (_lock)
        {
            _underWay.Add(write);
        }
    }

    public void Flush()
    {
        lock (_lock)
        {
            FlushAll();
        }
    }

    public void Forget()
    {
        lock (_lock)
        {
            _underWay.Clear();
        }
    }

    private void FlushAll()
    {
        HardState?[] states = [.. _underWay.Select(write => write.HardState)];
        for (int i = 0; i < _underWay.Count; i++)
        {
            LogWrite write = _underWay[i];
            if (defect == JournalDefect.WritesUnderWayTakeEffectInOrder)
            {
                write = write with { HardState = states[^(i + 1)] };
            }

            if (defect == JournalDefect.ManySmallEntriesAreKept && ++_flushes >= 60 && write.Entries.Length > 1)
            {
                write = write with { Entries = write.Entries[..^1] };
            }

            if (write.Entries.IsEmpty || write.FirstIndex <= Durable.LastIndex + 1)
            {
                bool keepsTail = defect is JournalDefect.ReplacedTailNeverComesBack or JournalDefect.ReplacedTailNeverComesBackAfterACrash;
                Durable.Write(keepsTail ? JournalStore.KeepTail(Durable, write) : write);
            }
        }

        _underWay.Clear();
    }
}
