namespace Raft.Benchmarks.Sustain;

/// <summary>The state of the process at one moment of a long run.</summary>
/// <param name="Seconds">Since the measurement began.</param>
/// <param name="CommitsPerSecond">Since the sample before.</param>
/// <param name="HeapBytes">The managed heap as it is, garbage included.</param>
/// <param name="HeapAfterCollection">The managed heap after its latest collection, whichever generation that was.</param>
/// <param name="WorkingSet">What the process has of the machine's memory.</param>
/// <param name="RetainedEntries">What the logs of all nodes hold.</param>
/// <param name="GcPauseShare">The share of the time since the previous sample in which the garbage collector paused all threads.</param>
internal sealed record SustainSample(
    double Seconds,
    double CommitsPerSecond,
    long HeapBytes,
    long HeapAfterCollection,
    long WorkingSet,
    long RetainedEntries,
    double GcPauseShare);
