using System.Diagnostics.Tracing;

namespace Raft.Benchmarks.Sustain;

/// <summary>Listens to the runtime for each pause of a garbage collection, of which counters only give the sum.</summary>
internal sealed class GcPauses : EventListener
{
    private const string RuntimeSource = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords GcKeyword = (EventKeywords)1;
    private const int RestartEnd = 3;
    private const int SuspendBegin = 9;

    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _pauses = [];
    private DateTime? _suspendedAt;

    /// <summary>All pauses so far, oldest first. The runtime reports a pause with a small delay.</summary>
    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_lock)
            {
                return [.. _pauses];
            }
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == RuntimeSource)
        {
            EnableEvents(eventSource, EventLevel.Informational, GcKeyword);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_lock is null)
        {
            return; // the base class listens before this one is made
        }

        lock (_lock)
        {
            if (eventData.EventId == SuspendBegin)
            {
                _suspendedAt = eventData.TimeStamp;
            }
            else if (eventData.EventId == RestartEnd && _suspendedAt is { } since)
            {
                _pauses.Add(eventData.TimeStamp - since);
                _suspendedAt = null;
            }
        }
    }
}
