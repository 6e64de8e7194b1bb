using System.Diagnostics;
using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.Measuring;

/// <summary>Lets proposers loose on a contender, and measures for a while. The same for all contenders.</summary>
internal static class ClosedLoop
{
    /// <summary>Runs it on a thread of its own, so that the clock does not wait for a busy thread pool.</summary>
    /// <param name="contender">The library to measure, already started.</param>
    /// <param name="load">The load.</param>
    /// <param name="warmUp">How long it runs before anything counts.</param>
    /// <param name="duration">How long it is measured.</param>
    /// <param name="isWarm">Says whether it may be measured now, after the warm-up; null for always.</param>
    public static Task<Measurement> RunAsync(
        IContender contender, LoadCase load, TimeSpan warmUp, TimeSpan duration, Func<bool>? isWarm = null) =>
        MeasuringThread.RunAsync(() => Run(contender, load, warmUp, duration, isWarm ?? (static () => true)));

    private static Measurement Run(IContender contender, LoadCase load, TimeSpan warmUp, TimeSpan duration, Func<bool> isWarm)
    {
        GC.Collect(); // so that this run does not pay for the garbage of the previous one
        RunningLoad running = RunningLoad.Start(contender, load);
        do
        {
            Thread.Sleep(warmUp);
        }
        while (!isWarm() && !running.IsBroken);

        Usage before = Usage.Now();
        long start = Stopwatch.GetTimestamp();
        running.BeginMeasuring();
        Thread.Sleep(duration);
        running.EndMeasuring();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        Usage usage = Usage.Now().Since(before);
        running.End();
        return Measurement.Of(load, elapsed, usage, running.Proposers);
    }
}
