namespace Raft.Testing;

/// <summary>Something that changes a log, first in memory and some time later on the simulated disk.</summary>
internal abstract record LogOperation
{
    /// <summary>Its place among the calls of a store.</summary>
    public long Number { get; set; }

    /// <summary>When it becomes durable.</summary>
    public TimeSpan DurableAt { get; set; }

    /// <summary>The waiting caller; null if it was durable before anybody could wait.</summary>
    public SimulatedCompletion<bool>? Completion { get; set; }

    /// <summary>Up to here it leaves the log as it was.</summary>
    public virtual long KeepsThrough => long.MaxValue;

    public abstract void ApplyTo(StoredLog log);

    internal sealed record Write(LogWrite Content) : LogOperation
    {
        public override long KeepsThrough => Content.Entries.IsEmpty ? long.MaxValue : Content.FirstIndex - 1;

        public override void ApplyTo(StoredLog log)
        {
            log.HardState = Content.HardState ?? log.HardState;
            log.CommitIndex = Math.Max(log.CommitIndex, Content.CommitIndex);
            log.Write(Content.FirstIndex, Content.Entries.Span);
        }
    }

    internal sealed record Compact(long ThroughIndex) : LogOperation
    {
        public override void ApplyTo(StoredLog log)
        {
            if (ThroughIndex > log.Entries.PreviousIndex)
            {
                log.DropThrough(ThroughIndex);
            }
        }
    }

    internal sealed record Reset(long Index, long Term, ulong Hash) : LogOperation
    {
        public override long KeepsThrough => Index;

        public override void ApplyTo(StoredLog log) => log.Reset(Index, Term, Hash);
    }
}
