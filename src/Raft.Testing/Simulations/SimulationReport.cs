using System.Diagnostics;
using System.Globalization;
using System.Text;

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

    /// <summary>Runs it again, with all events kept.</summary>
    internal Func<SimulationReport>? Again { get; init; }

    /// <summary>Runs the same seed, state machine and commands with other options. Null for a report that was not made by a run.</summary>
    internal Func<SimulationOptions, SimulationReport>? RunWith { get; init; }

    /// <summary>Where the trace of a failure goes; see <see cref="SimulationOptions.TraceFolder"/>.</summary>
    internal string? TraceFolder { get; init; }

    /// <summary>
    /// Throws if a rule was broken. The run is then repeated once to write its trace, as text and as a page, to
    /// <see cref="SimulationOptions.TraceFolder"/>; the message has the paths.
    /// </summary>
    /// <exception cref="SimulationException">The violation.</exception>
    public void ThrowIfViolated()
    {
        if (Violation is not null)
        {
            throw Failure(Violation.Rule, Violation.Message, Violation);
        }
    }

    /// <summary>Makes the exception for what is wrong with the run: what it is, how to repeat it, and where the trace is.</summary>
    /// <param name="rule">What is broken, in words that are the same each time.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="violation">The violation, if a rule was broken.</param>
    internal SimulationException Failure(string rule, string what, SimulationException? violation = null)
    {
        StringBuilder message = new(what);
        message.AppendLine().Append(
            CultureInfo.InvariantCulture, $"Seed:   {Seed}. Simulation.Run with this seed and the same arguments repeats it.");
        if (RepeatCommand.Find(new StackTrace()) is { } repeat)
        {
            message.AppendLine().Append(repeat);
        }

        if (TraceFolder != FailureFiles.None && FindTrace(violation) is { } trace)
        {
            message.AppendLine().Append(FailureFiles.Write(TraceFolder, rule, Seed, trace));
        }
        else if (violation is { LastEvents.Count: > 0 })
        {
            message.AppendLine().Append("The last events:").AppendLine().AppendJoin(Environment.NewLine, violation.LastEvents);
        }

        return new SimulationException(rule, message.ToString(), violation?.InnerException) { LastEvents = violation?.LastEvents ?? [] };
    }

    /// <summary>The trace, from a second run if none was kept; null if the second run takes another course.</summary>
    private TraceReport? FindTrace(SimulationException? violation)
    {
        if (Trace is not null || Again is null)
        {
            return Trace;
        }

        SimulationReport again;
        try
        {
            again = Again();
        }
        catch (InvalidOperationException)
        {
            return null; // a function of the test does not do the same again, and so there is no trace of this run
        }

        return again.TraceHash == TraceHash && string.Equals(again.Violation?.Rule, violation?.Rule, StringComparison.Ordinal)
            ? again.Trace
            : null;
    }
}
