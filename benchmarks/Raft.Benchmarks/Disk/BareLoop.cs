using System.Diagnostics;
using Raft.Benchmarks.Measuring;

namespace Raft.Benchmarks.Disk;

/// <summary>Writes and syncs without a log and without Raft.</summary>
internal static class BareLoop
{
    /// <summary>Writes the same bytes to each file, all files in parallel, and waits for all of them before it writes again.</summary>
    /// <param name="files">The files, each with a thread of its own.</param>
    /// <param name="bytes">The size of a write.</param>
    /// <param name="duration">How long.</param>
    public static async Task<GroupsWritten> RunAsync(IReadOnlyList<BareFile> files, int bytes, TimeSpan duration)
    {
        byte[] payload = new byte[bytes];
        Random.Shared.NextBytes(payload);
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed = TimeSpan.Zero;
        using Barrier round = new(files.Count, _ => elapsed = Stopwatch.GetElapsedTime(start));
        long[] groups = await Task.WhenAll(files.Select(file => MeasuringThread.RunAsync(() =>
        {
            long count = 0;
            while (elapsed < duration)
            {
                file.Write(payload);
                round.SignalAndWait();
                count++;
            }

            return count;
        })));
        return new GroupsWritten(groups[0], elapsed);
    }
}
