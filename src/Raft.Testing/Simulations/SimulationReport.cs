namespace Raft.Testing;

/// <summary>What a simulation did, and whether it broke a rule.</summary>
/// <param name="Seed">What everything in it followed from.</param>
/// <param name="VirtualTime">How long it lasted in virtual time.</param>
/// <param name="Steps">How many steps were run.</param>
/// <param name="Commits">How many commands were committed.</param>
/// <param name="Elections">How many terms had a leader.</param>
/// <param name="Faults">The faults that were scheduled.</param>
/// <param name="TraceHash">Equal for two runs that took the same course.</param>
/// <param name="Violation">The rule that was broken and how it happened; null if none was.</param>
public sealed record SimulationReport(
    ulong Seed,
    TimeSpan VirtualTime,
    long Steps,
    long Commits,
    int Elections,
    IReadOnlyList<Fault> Faults,
    ulong TraceHash,
    SimulationException? Violation)
{
    /// <summary>How many snapshots became durable, taken or received.</summary>
    public long Snapshots { get; init; }

    /// <summary>How many times a state machine was restored from one.</summary>
    public long Restorations { get; init; }

    /// <summary>Gets how often a node lost its stores, or restarted with an older state of them.</summary>
    public int LostStores { get; init; }

    /// <summary>Gets the number of messages of another cluster that were sent to nodes.</summary>
    public int ForeignMessages { get; init; }

    /// <summary>Gets the number of members that joined at their first start.</summary>
    public int Joins { get; init; }

    /// <summary>Gets how often a node reported that a member runs with other options.</summary>
    public int DifferingOptions { get; init; }

    /// <summary>Gets the number of reads of clients that were answered.</summary>
    public long Reads { get; init; }

    /// <summary>How many events its trace had: messages sent, lost and received, timers, writes, faults.</summary>
    public long Events { get; init; }

    /// <summary>How its nodes, clients, links and disks were set.</summary>
    public SimulationSettings Settings { get; init; } = SimulationSettings.Default;

    /// <summary>What happened, to be read by people; null unless <see cref="SimulationOptions.KeepsEvents"/> was set.</summary>
    public TraceReport? Trace { get; init; }

    /// <summary>Throws if a rule was broken.</summary>
    /// <exception cref="SimulationException">The violation.</exception>
    public void ThrowIfViolated()
    {
        if (Violation is not null)
        {
            throw new SimulationException(Violation.Message, Violation);
        }
    }
}
